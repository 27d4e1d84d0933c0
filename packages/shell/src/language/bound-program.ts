import type { BoundCall } from '../bound-call.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { EdgeType } from './edge-type.ts'
import type { Parsed, Part, Stage, Word } from './syntax.ts'

/** What a stage is, once its words have their meaning. */
export interface BoundStage {
  readonly input: EdgeType
  readonly output: EdgeType
  /** Words that are known only at run time are open in it. */
  readonly call?: BoundCall
  /** A block that is the value of a flag, as a word behind the others. */
  readonly line?: Word
  /** The columns to fill; absent: those that cost nothing. */
  readonly columns?: ReadonlySet<string>
  /** Rows that are read of its output at most, where that is known. */
  readonly limit?: number
}

/** A whole program with its meaning; it may run when it has no diagnostics. */
export interface BoundProgram {
  readonly parsed: Parsed
  readonly stages: ReadonlyMap<Stage, BoundStage>
  /** Of the text and of its meaning, in the order of their places. */
  readonly diagnostics: readonly Diagnostic[]
  readonly output: EdgeType
  /** Expansions that give durations: milliseconds, which a word says with their unit. */
  readonly durations: ReadonlySet<Part>
  /** Variables that exist before it. */
  readonly known: readonly string[]
  /** What its own `let`s name, outside blocks and substitutions. */
  readonly names: ReadonlyMap<string, EdgeType>
}

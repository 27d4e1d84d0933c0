import type { Row } from '../command.ts'
import { formatCall } from '../format-call.ts'
import type { RowType } from '../signature.ts'
import type { BoundProgram, BoundStage } from './bound-program.ts'
import type { Part, Program, Stage, Word } from './syntax.ts'
import { wordsOf } from './walk.ts'

/** One step of a program that would run; `depth` is that of blocks and substitutions. */
export const stepRow: RowType = {
  name: 'Step',
  tree: { depth: 'depth', label: 'line' },
  columns: [
    { name: 'depth', type: 'int', hidden: true },
    { name: 'line', type: 'string' },
    { name: 'effect', type: 'string' },
    { name: 'requests', type: 'string' },
    { name: 'patterns', type: 'list' },
  ],
}

const effects: Readonly<Record<string, string>> = { R: 'reads', W: 'writes', D: 'deletes', L: 'local' }

/** What a program would do, step by step (`--explain`): nothing runs, patterns are not expanded. */
export function* explain(bound: BoundProgram): Generator<Row, void> {
  yield* steps(bound.parsed.program, bound, 0)
}

function* steps(program: Program, bound: BoundProgram, depth: number): Generator<Row, void> {
  for (const statement of program.statements) {
    for (const { pipe } of statement.pipes) {
      for (const stage of pipe.stages) yield* step(stage, bound, depth)
      for (const redirect of pipe.redirects) {
        const line = bound.parsed.source.text.slice(redirect.from, redirect.to)
        yield { depth, line, effect: 'local', requests: '', patterns: [] }
      }
    }
  }
}

function* step(stage: Stage, bound: BoundProgram, depth: number): Generator<Row, void> {
  const own = bound.stages.get(stage)
  const call = own?.call
  const external = stage.kind === 'call' && stage.external
  yield {
    depth,
    line: call === undefined ? bound.parsed.source.text.slice(stage.from, stage.to) : formatCall(call),
    effect: external ? 'local' : (effects[call?.signature.effect ?? 'R'] ?? ''),
    requests: requests(own),
    patterns:
      call?.items.flatMap((item) => (item.kind === 'argument' && item.pattern ? (item.text ?? []) : [])) ??
      [],
  }
  for (const word of wordsIn(stage)) yield* inParts(word.parts, bound, depth + 1)
  if (stage.kind === 'call' && stage.block !== undefined) yield* steps(stage.block, bound, depth + 1)
}

/** The columns that cost requests of their own. */
function requests(own: BoundStage | undefined): string {
  if (own?.columns === undefined || own.output.form !== 'rows') return ''
  const lazy = new Set(
    own.output.types.flatMap((type) =>
      type.columns.filter((column) => column.lazy).map((column) => column.name),
    ),
  )
  const names = [...own.columns].filter((name) => lazy.has(name))
  return names.length === 0 ? '' : `per row: ${names.join(', ')}`
}

function wordsIn(stage: Stage): readonly Word[] {
  if (stage.kind === 'call') return [stage.head, ...stage.args]
  if (stage.kind === 'where') return [...wordsOf(stage.expression)]
  if (stage.kind === 'value') return [stage.word]
  return stage.kind === 'let' && stage.value !== undefined ? [stage.value] : []
}

function* inParts(parts: readonly Part[], bound: BoundProgram, depth: number): Generator<Row, void> {
  for (const part of parts) {
    if (part.kind === 'substitution') yield* steps(part.body, bound, depth)
    else if (part.kind === 'double') yield* inParts(part.parts, bound, depth)
  }
}

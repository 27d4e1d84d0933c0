import type { CallStage, Part, Program, Stage, Word } from './syntax.ts'
import { wordsOf } from './walk.ts'

/** The variables that a `$` at this place may name, besides those from outside the program: `let`s before it, and `$it`. */
export function visibleNames(program: Program, cursor: number): readonly string[] {
  const names: string[] = []
  collect(program, cursor, names)
  return [...new Set(names)]
}

function collect(program: Program, cursor: number, names: string[]): void {
  for (const statement of program.statements) {
    if (statement.from > cursor) return
    for (const { pipe } of statement.pipes) {
      for (const stage of pipe.stages) ofStage(stage, cursor, names)
      for (const { target } of pipe.redirects) if (target !== undefined) ofWords([target], cursor, names)
    }
  }
}

function ofStage(stage: Stage, cursor: number, names: string[]): void {
  if (stage.from > cursor) return
  if (stage.kind === 'let') {
    if (stage.to < cursor && stage.name !== '') names.push(stage.name)
    if (stage.value !== undefined) ofWords([stage.value], cursor, names)
  } else if (stage.kind === 'value') ofWords([stage.word], cursor, names)
  else if (stage.kind === 'where') ofWords([...wordsOf(stage.expression)], cursor, names)
  else if (stage.kind === 'call') ofCall(stage, cursor, names)
}

function ofCall({ head, args, block }: CallStage, cursor: number, names: string[]): void {
  ofWords([head, ...args], cursor, names)
  if (block === undefined || cursor < block.from || cursor > block.to) return
  names.push('it')
  collect(block, cursor, names)
}

function ofWords(words: readonly Word[], cursor: number, names: string[]): void {
  for (const { parts } of words) ofParts(parts, cursor, names)
}

function ofParts(parts: readonly Part[], cursor: number, names: string[]): void {
  for (const part of parts) {
    if (cursor < part.from || cursor > part.to) continue
    if (part.kind === 'double') ofParts(part.parts, cursor, names)
    else if (part.kind === 'substitution') collect(part.body, cursor, names)
  }
}

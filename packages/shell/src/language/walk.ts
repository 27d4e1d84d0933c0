import type { Expression, Part, Program, Stage, VariablePart, Word } from './syntax.ts'

/** Every variable used below a program, in order, inside substitutions and blocks too. */
export function* variablesOf(program: Program): Generator<VariablePart, void> {
  for (const statement of program.statements) {
    for (const { pipe } of statement.pipes) {
      for (const stage of pipe.stages) yield* ofStage(stage)
      for (const redirect of pipe.redirects) if (redirect.target !== undefined) yield* ofWord(redirect.target)
    }
  }
}

function* ofStage(stage: Stage): Generator<VariablePart, void> {
  if (stage.kind === 'call') {
    for (const word of [stage.head, ...stage.args]) yield* ofWord(word)
    if (stage.block !== undefined) yield* variablesOf(stage.block)
  } else if (stage.kind === 'where') {
    for (const word of wordsOf(stage.expression)) yield* ofWord(word)
  } else if (stage.kind === 'value') yield* ofWord(stage.word)
  else if (stage.kind === 'let' && stage.value !== undefined) yield* ofWord(stage.value)
}

function* ofWord(word: Word): Generator<VariablePart, void> {
  yield* ofParts(word.parts)
}

function* ofParts(parts: readonly Part[]): Generator<VariablePart, void> {
  for (const part of parts) {
    if (part.kind === 'variable') yield part
    else if (part.kind === 'double') yield* ofParts(part.parts)
    else if (part.kind === 'substitution') yield* variablesOf(part.body)
  }
}

/** The words in a condition. */
export function* wordsOf(expression: Expression): Generator<Word, void> {
  for (const node of nodesOf(expression)) if (node.kind === 'word') yield node.word
}

/** Every node of a condition, parents first. */
export function* nodesOf(expression: Expression): Generator<Expression, void> {
  yield expression
  if (expression.kind === 'and' || expression.kind === 'or') {
    for (const operand of expression.operands) yield* nodesOf(operand)
  } else if (expression.kind === 'not') yield* nodesOf(expression.operand)
  else if (expression.kind === 'compare') {
    yield* nodesOf(expression.left)
    yield* nodesOf(expression.right)
  }
}

/** The first steps of the fields a condition reads. */
export function fieldsOf(expression: Expression): string[] {
  const names: string[] = []
  for (const node of nodesOf(expression)) {
    if (node.kind === 'field' && typeof node.path[0] === 'string') names.push(node.path[0])
  }
  return names
}

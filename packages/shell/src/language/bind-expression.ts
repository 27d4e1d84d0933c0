import type { Diagnostic } from '../diagnostic.ts'
import { nearest } from '../suggest.ts'
import { literalText } from './call-words.ts'
import { columnNames, columnType, type EdgeType } from './edge-type.ts'
import type { Expression, FieldExpression } from './syntax.ts'
import { nodesOf } from './walk.ts'

/** What is wrong with a condition on these rows: unknown fields, comparisons without meaning, broken patterns. */
export function checkExpression(
  expression: Expression,
  input: EdgeType,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (expression.kind === 'word' && expression.word.parts[0]?.kind === 'double') {
    report({
      code: 'BIND_COMPARISON',
      message: 'a text with variables in it is no condition',
      hint: 'Write the condition without quotes; variables may stand in it.',
      from: expression.from,
      to: expression.to,
    })
  }
  for (const node of nodesOf(expression)) {
    if (node.kind === 'field') checkField(node, input, report)
    if (node.kind === 'compare') checkComparison(node, input, report)
  }
}

function checkField(field: FieldExpression, input: EdgeType, report: (diagnostic: Diagnostic) => void): void {
  const [name] = field.path
  const problem = typeof name === 'string' && !field.optional ? unknownField(name, input) : undefined
  if (problem === undefined) return
  const replaced = problem.closest?.[0]
  report({
    ...problem,
    from: field.from,
    to: field.to,
    ...(replaced === undefined || field.path.length > 1
      ? {}
      : { replace: { from: field.from, to: field.to, with: replaced } }),
  })
}

/** A complaint about a field that these rows cannot have, without its place. */
export function unknownField(name: string, input: EdgeType): Omit<Diagnostic, 'from' | 'to'> | undefined {
  const names = columnNames(input)
  if (names === undefined || names.includes(name)) return undefined
  const closest = nearest(name, names)
  const plain = input.form === 'values'
  return {
    code: 'BIND_UNKNOWN_FIELD',
    message: `no field ${name} in these ${plain ? 'values' : 'rows'}`,
    hint: plain ? 'Write value for the value itself.' : `Fields are ${names.join(', ')}.`,
    ...(closest.length > 0 ? { closest } : {}),
  }
}

function checkComparison(
  node: Extract<Expression, { kind: 'compare' }>,
  input: EdgeType,
  report: (diagnostic: Diagnostic) => void,
): void {
  const place = { from: node.from, to: node.to }
  const types = [typeOf(node.left, input), typeOf(node.right, input)]
  if (types.includes('time') && types.includes('duration')) {
    report({
      code: 'BIND_COMPARISON',
      message: 'a time and a duration do not compare',
      hint: 'Compare age with a duration: where age < 30d.',
      ...place,
    })
  }
  if (!['=~', '!~', 'matches'].includes(node.operator)) return
  const pattern = patternText(node.right)
  if (pattern === undefined) return
  try {
    void new RegExp(pattern, 'u')
  } catch {
    report({
      code: 'BIND_PATTERN',
      message: `'${pattern}' is no regular expression`,
      hint: 'Quote it in single quotes; a dot, bracket or brace that is meant literally needs a backslash.',
      from: node.right.from,
      to: node.right.to,
    })
  }
}

function patternText(expression: Expression): string | undefined {
  if (expression.kind === 'word') return literalText(expression.word)
  return expression.kind === 'literal' && expression.type === 'string' ? String(expression.value) : undefined
}

function typeOf(expression: Expression, input: EdgeType): string | undefined {
  if (expression.kind === 'literal') return expression.type
  const [name] = expression.kind === 'field' ? expression.path : []
  return typeof name === 'string' ? columnType(input, name) : undefined
}

import type { Diagnostic } from '../diagnostic.ts'
import { nearest } from '../suggest.ts'
import { unknownField } from './bind-expression.ts'
import { edgeAt, type EdgeType } from './edge-type.ts'
import { pathText } from './field-reader.ts'
import type { VariablePart } from './syntax.ts'

type Scope = ReadonlyMap<string, EdgeType>
type Report = (diagnostic: Diagnostic) => void

/** The type of a variable, or of what is at its path; what is wrong with it is reported. */
export function variableType(part: VariablePart, scopes: readonly Scope[], report: Report): EdgeType {
  const found = scopes.findLast((scope) => scope.has(part.name))?.get(part.name)
  if (found !== undefined) return fieldType(part, found, report)
  if (part.name === '') return { form: 'any' }
  const closest = nearest(part.name, new Set(scopes.flatMap((scope) => [...scope.keys()])))
  const from = part.from + (part.braced ? 2 : 1)
  report({
    code: 'BIND_UNKNOWN_VARIABLE',
    message: `no variable $${part.name}`,
    hint: part.name === 'it' ? '$it exists inside each { … } only.' : `Write let ${part.name} = … before it.`,
    ...(closest.length > 0
      ? {
          closest: closest.map((name) => `$${name}`),
          replace: { from, to: from + part.name.length, with: closest[0]! },
        }
      : {}),
    from: part.from,
    to: part.to,
  })
  return { form: 'any' }
}

/** What is at the path of a variable; a row has the columns of its type, and no others. */
function fieldType(part: VariablePart, edge: EdgeType, report: Report): EdgeType {
  for (const [index, step] of part.path.entries()) {
    const at = edgeAt(edge, part.path.slice(0, index))
    if (typeof step === 'number' || at.form !== 'value' || at.types === undefined) continue
    const problem = unknownField(step, { form: 'rows', types: at.types })
    if (problem === undefined) continue
    const place = { from: part.from, to: part.to }
    const best = problem.closest?.[0]
    const fixed = best === undefined ? undefined : bracedText(part.name, part.path.with(index, best))
    report({ ...problem, ...place, ...(fixed && { replace: { ...place, with: fixed } }) })
  }
  return edgeAt(edge, part.path)
}

function bracedText(name: string, path: VariablePart['path']): string {
  return `\${${pathText([name, ...path])}}`
}

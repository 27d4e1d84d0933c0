import type { BoundCall } from '../bound-call.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Column, RowType } from '../signature.ts'
import { unknownField } from './bind-expression.ts'
import { columnType, type EdgeType } from './edge-type.ts'
import { fieldPath, isOptional, renamed } from './field-path.ts'

const groupRow = (key: Column['type']): RowType => ({
  name: 'Group',
  columns: [
    { name: 'key', type: key },
    { name: 'count', type: 'int' },
    { name: 'rows', type: 'list', hidden: true },
  ],
})

/** What a verb gives for what it gets; checks its fields. `block` is the type of its block. */
export function verbOutput(
  call: BoundCall,
  input: EdgeType,
  block: EdgeType | undefined,
  report: (diagnostic: Diagnostic) => void,
): EdgeType {
  checkFields(call, input, report)
  const [field] = fieldTexts(call)
  const first = field === undefined ? undefined : fieldPath(field)?.[0]
  const type = typeof first === 'string' ? columnType(input, first) : undefined
  switch (call.signature.name) {
    case 'select':
      return { form: 'rows', types: selectedType(call, input) }
    case 'get':
      if (input.form === 'rows') return { form: 'values', type: type ?? 'record' }
      return { form: 'any' }
    case 'group':
      return { form: 'rows', types: [groupRow(type ?? 'string')] }
    case 'count':
      return { form: 'value', type: 'int' }
    case 'flatten':
      return { form: 'rows', types: [] }
    case 'to':
      return { form: 'bytes' }
    case 'from':
      return { form: 'any' }
    case 'each':
      return block === undefined ? { form: 'any' } : collected(block)
    default:
      return input.form === 'none' ? { form: 'any' } : input
  }
}

/** What many runs of a block give together. */
function collected(block: EdgeType): EdgeType {
  if (block.form !== 'value') return block
  const scalar =
    block.type !== 'Description' &&
    block.type !== 'Pushed' &&
    block.type !== 'text' &&
    block.type !== 'record'
  return scalar ? { form: 'values', type: block.type } : { form: 'rows', types: [] }
}

function selectedType(call: BoundCall, input: EdgeType): readonly RowType[] {
  const columns: Column[] = []
  for (const text of fieldTexts(call)) {
    const chosen = renamed(text)
    const [first] = chosen?.path ?? []
    if (chosen === undefined || typeof first !== 'string') continue
    const known = chosen.path.length === 1 ? columnType(input, first) : undefined
    columns.push({ name: chosen.name, type: known ?? 'string' })
  }
  const reference = input.form === 'rows' ? input.types[0]?.reference : undefined
  const kept = reference !== undefined && columns.some((column) => column.name === reference)
  return [{ name: 'Selected', columns, ...(kept ? { reference } : {}) }]
}

/** The literal field arguments of a verb. */
export function fieldTexts(call: BoundCall): string[] {
  const texts: string[] = []
  for (const item of call.items) {
    if (item.kind === 'argument' && item.param.type === 'field' && item.text !== undefined)
      texts.push(item.text)
  }
  return texts
}

function checkFields(call: BoundCall, input: EdgeType, report: (diagnostic: Diagnostic) => void): void {
  for (const item of call.items) {
    if (item.kind !== 'argument' || item.param.type !== 'field' || item.text === undefined) continue
    const path = call.signature.name === 'select' ? renamed(item.text)?.path : fieldPath(item.text)
    const place = { from: item.from, to: item.to }
    const [first] = path ?? []
    if (typeof first !== 'string') {
      const hint = 'Write a field such as size or layers[0].digest.'
      report({ code: 'BIND_UNKNOWN_FIELD', message: `'${item.text}' is no field`, hint, ...place })
      continue
    }
    const problem = isOptional(item.text) ? undefined : unknownField(first, input)
    if (problem === undefined) continue
    const best = problem.closest?.[0]
    report({
      ...problem,
      ...place,
      ...(best !== undefined && item.text === first ? { replace: { ...place, with: best } } : {}),
    })
  }
}

import type { BoundCall } from '../bound-call.ts'
import { renamed } from './field-path.ts'
import { fieldTexts } from './bind-verb.ts'
import type { EdgeType } from './edge-type.ts'
import type { Stage } from './syntax.ts'
import { fieldsOf, variablesOf } from './walk.ts'

/** What somebody downstream reads: the columns that cost nothing (`base`), and these besides. */
export interface Need {
  readonly base: boolean
  readonly extra: ReadonlySet<string>
}

/** What is read of a stage that nothing follows: the columns that cost nothing. */
export const defaultNeed: Need = { base: true, extra: new Set() }

/** What a stage needs of its input so that its output has `need` (shell.md §3.2, lazy columns). */
export function needOf(stage: Stage, call: BoundCall | undefined, input: EdgeType, need: Need): Need {
  if (stage.kind === 'where') return more(need, fieldsOf(stage.expression))
  if (stage.kind !== 'call' || stage.external || call === undefined) return defaultNeed
  const fields = fieldTexts(call).flatMap(firstStep)
  switch (call.signature.name) {
    case 'select':
    case 'get':
      return {
        base: call.items.some((item) => item.kind === 'argument' && item.text === undefined),
        extra: new Set(fields),
      }
    case 'count':
      return { base: false, extra: new Set() }
    case 'group':
      return more(defaultNeed, fields)
    case 'sort':
    case 'uniq':
    case 'flatten':
      return more(need, fields)
    case 'first':
    case 'last':
      return need
    case 'save':
    case 'view':
      return { base: true, extra: need.extra }
    case 'each':
      return stage.block === undefined
        ? defaultNeed
        : { base: false, extra: new Set(readOfIt(stage.block, input)) }
    default:
      return defaultNeed
  }
}

/** The columns a command has to fill; undefined: those that cost nothing. */
export function plannedColumns(
  need: Need,
  output: EdgeType,
  call: BoundCall,
): ReadonlySet<string> | undefined {
  if (output.form !== 'rows') return undefined
  const asked = call.common.columns
  const all = output.types.flatMap((type) => type.columns)
  if (asked?.includes('all') === true) return new Set(all.map((column) => column.name))
  const free = all.filter((column) => column.lazy !== true).map((column) => column.name)
  const extra = new Set([...need.extra, ...(asked ?? [])])
  const base = need.base && asked === undefined
  if (base && [...extra].every((name) => free.includes(name))) return undefined
  return new Set([...(base ? free : []), ...extra])
}

/** How many rows of its input a stage reads at most, when `limit` of its own output are read; undefined: not known. */
export function limitBefore(
  stage: Stage,
  call: BoundCall | undefined,
  limit: number | undefined,
): number | undefined {
  if (stage.kind !== 'call' || stage.external || call === undefined) return undefined
  const { name } = call.signature
  if (name === 'select') return limit
  const open = call.items.some((item) => item.kind === 'argument' && item.text === undefined)
  const count = call.args['count']
  if (name !== 'first' || open || typeof count !== 'number') return undefined
  return limit === undefined ? count : Math.min(count, limit)
}

function more(need: Need, fields: readonly string[]): Need {
  return { base: need.base, extra: new Set([...need.extra, ...fields]) }
}

function firstStep(text: string): string[] {
  const [first] = renamed(text)?.path ?? []
  return typeof first === 'string' ? [first] : []
}

function readOfIt(block: Parameters<typeof variablesOf>[0], input: EdgeType): string[] {
  const references = input.form === 'rows' ? input.types.flatMap((type) => type.reference ?? []) : []
  const names: string[] = []
  for (const variable of variablesOf(block)) {
    if (variable.name !== 'it') continue
    const [first] = variable.path
    if (typeof first === 'string') names.push(first)
    else names.push(...references)
  }
  return names
}

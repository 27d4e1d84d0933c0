import type { Change, FieldValue } from '@ocish/sdk'
import type { HelmChart } from './model.ts'

/** Differences of two charts' metadata, then of their values, member by member; lists by position. */
export function* diffCharts(from: HelmChart, to: HelmChart): Generator<Change> {
  const { values: before, ...oldMetadata } = from
  const { values: after, ...newMetadata } = to
  yield* changes(oldMetadata as FieldValue, newMetadata as FieldValue, '')
  yield* changes(before, after, 'values')
}

function* changes(from: FieldValue | undefined, to: FieldValue | undefined, path: string): Generator<Change> {
  if (from === undefined || to === undefined) {
    if (to !== undefined) yield { path, op: '+', to }
    else if (from !== undefined) yield { path, op: '-', from }
    return
  }
  const [left, right] = [membersOf(from), membersOf(to)]
  if (left === undefined || right === undefined || Array.isArray(from) !== Array.isArray(to)) {
    if (from !== to) yield { path, op: '~', from, to }
    return
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const step = Array.isArray(from) ? `[${key}]` : pathStep(key, path)
    yield* changes(left.get(key), right.get(key), `${path}${step}`)
  }
}

function pathStep(key: string, path: string): string {
  if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`
  return path === '' ? key : `.${key}`
}

function membersOf(value: FieldValue): ReadonlyMap<string, FieldValue> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined
}

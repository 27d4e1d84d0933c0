import type { FieldValue } from '@ocish/sdk'
import { fields } from './fields.ts'
import { schemaVersion, type JsonObject, type JsonValue, type RunConfig } from './model.ts'
import { formatPath, type Path } from './paths.ts'

/** One difference: added, taken away, or changed. */
export interface Change {
  readonly path: string
  readonly op: '+' | '-' | '~'
  readonly from?: FieldValue
  readonly to?: FieldValue
}

/**
 * What differs between two configurations as ToolHive reads them: an absent field equals an empty one, and an absent
 * version the current one. Lists are compared by position. Known fields come first, in their order.
 */
export function* diff(from: RunConfig, to: RunConfig): Generator<Change> {
  const [before, after] = [meant(from), meant(to)]
  for (const key of new Set([...Object.keys(fields), ...Object.keys(before), ...Object.keys(after)])) {
    yield* changes(before[key], after[key], [key])
  }
}

function meant(config: RunConfig): JsonObject {
  const meaning = Object.create(null) as Record<string, JsonValue>
  for (const [key, value] of Object.entries<JsonValue | undefined>(config as JsonObject)) {
    if (value !== undefined && !(Object.hasOwn(fields, key) && isEmpty(value))) meaning[key] = value
  }
  meaning['schema_version'] ??= schemaVersion
  return meaning
}

function isEmpty(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return !value
  return Object.keys(value).length === 0
}

function* changes(from: JsonValue | undefined, to: JsonValue | undefined, path: Path): Generator<Change> {
  if (from === undefined) {
    if (to !== undefined) yield { path: formatPath(path), op: '+', to }
  } else if (to === undefined) yield { path: formatPath(path), op: '-', from }
  else if (isList(from) && isList(to)) {
    for (let at = 0; at < Math.max(from.length, to.length); at += 1)
      yield* changes(from[at], to[at], [...path, at])
  } else if (isObject(from) && isObject(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      yield* changes(own(from, key), own(to, key), [...path, key])
    }
  } else if (from !== to) yield { path: formatPath(path), op: '~', from, to }
}

function own(value: Readonly<Record<string, JsonValue>>, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

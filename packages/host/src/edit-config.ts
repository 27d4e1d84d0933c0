import { dirname } from 'node:path'
import { isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import { nearest } from '@ocish/shell'
import { configSchema } from './config-schema.ts'
import { type JsonSchema, schemaFault } from './json-schema.ts'
import { privateFolder, readPrivate, writePrivate } from './private-file.ts'

/** `defaults.output` as `['defaults', 'output']`; the name of a registry may hold dots. */
export type KeyPath = readonly string[]

/** Errors: CONFIG_INVALID. */
export function keyPath(key: string): KeyPath {
  const parts = [...key.matchAll(/"([^"]*)"|[^.]+/g)].map(([whole, quoted]) => quoted ?? whole)
  const [section, ...rest] = parts
  const last = rest.at(-1)
  if (section === undefined || last === undefined)
    throw new OcishError('CONFIG_INVALID', `${key} is no key of the configuration`, {
      hint: 'Write SECTION.NAME, such as defaults.output.',
    })
  if (section !== 'registries' && section !== 'kinds') return [section, rest.join('.')]
  return rest.length < 2 ? [section, last] : [section, rest.slice(0, -1).join('.'), last]
}

/**
 * Writes one value into the configuration file, or takes it out; comments and order stay.
 * Errors: CONFIG_INVALID (no such key, or a value that it cannot have), FILE_FAILED.
 */
export async function editConfig(file: string, path: KeyPath, text: string | undefined): Promise<unknown> {
  const value = text === undefined ? undefined : typed(path, text)
  const source = (await readPrivate(file)) ?? ''
  const edited = file.endsWith('.json') ? editedJson(source, path, value) : editedToml(source, path, value)
  await check(file, edited, path, value)
  await privateFolder(dirname(file))
  await writePrivate(file, edited)
  return value
}

/** The value that a word means at this key. */
function typed(path: KeyPath, text: string): unknown {
  const schema = schemaAt(path)
  const words = (): readonly string[] => text.split(',').map((word) => word.trim())
  if (schema.type === 'integer') return /^\d{1,15}$/.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : text
  return schema.type === 'array' ? words() : text
}

/** `known`: what could stand at that step of the path. */
function unknownKey(path: KeyPath, index: number, known: readonly string[]): OcishError {
  const at = path.slice(0, index)
  const closest = nearest(path[index]!, known).map((name) => [...at, name].join('.'))
  return new OcishError('CONFIG_INVALID', `${path.join('.')} is no key of the configuration`, {
    details: { known, at: at.join('.'), closest },
    hint: `Known here: ${known.join(', ') || 'nothing'}.`,
  })
}

/** Errors: CONFIG_INVALID with the nearest key. */
function schemaAt(path: KeyPath): JsonSchema {
  let schema: JsonSchema = configSchema
  for (const [index, name] of path.entries()) {
    const { properties, additionalProperties } = schema
    const inner = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined
    const next = inner ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    if (next === undefined) {
      // What a kind's own section may hold is checked by the kind.
      if (path[0] === 'kinds') return {}
      throw unknownKey(path, index, Object.keys(properties ?? {}))
    }
    schema = next
  }
  if (schema.type === 'object')
    throw new OcishError('CONFIG_INVALID', `${path.join('.')} is a section, not a value`)
  return schema
}

function editedJson(source: string, path: KeyPath, value: unknown): string {
  const content =
    source.trim() === '' ? {} : parseJson(source, { what: 'the configuration', code: 'CONFIG_INVALID' })
  const last = path.at(-1)!
  let table = content as Record<string, unknown>
  for (const name of path.slice(0, -1)) {
    const inner = table[name]
    table = isJsonObject(inner) ? inner : (table[name] = {})
  }
  if (value === undefined) delete table[last]
  else table[last] = value
  return `${JSON.stringify(content, undefined, 2)}\n`
}

/** One line is replaced, added or taken out. */
function editedToml(source: string, path: KeyPath, value: unknown): string {
  const lines = source === '' ? [] : source.replace(/\n$/, '').split('\n')
  const table = path.slice(0, -1).map(bareOrQuoted).join('.')
  const name = bareOrQuoted(path.at(-1)!)
  const line = value === undefined ? [] : [`${name} = ${JSON.stringify(value)}`]
  const header = lines.findIndex((each) => normalHeader(each) === table)
  if (header < 0) {
    if (value !== undefined) lines.push(...(lines.length === 0 ? [] : ['']), `[${table}]`, ...line)
    return `${lines.join('\n')}\n`
  }
  const next = lines.findIndex((each, index) => index > header && /^\s*\[/.test(each))
  const end = next < 0 ? lines.length : next
  const at = lines.findIndex((each, index) => index > header && index < end && keyOf(each) === path.at(-1))
  if (at >= 0) lines.splice(at, 1, ...line.map((each) => `${each}${comment(lines[at]!)}`))
  else lines.splice(lastOf(lines, header, end), 0, ...line)
  return `${lines.join('\n')}\n`
}

/** After the last line of a section that is not blank. */
function lastOf(lines: readonly string[], header: number, end: number): number {
  let at = end
  while (at > header + 1 && lines[at - 1]!.trim() === '') at -= 1
  return at
}

function bareOrQuoted(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name)
}

function normalHeader(line: string): string | undefined {
  const inner = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line)?.[1]
  if (inner === undefined) return undefined
  return [...inner.matchAll(/"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)/g)]
    .map(([, double, single, bare]) => bareOrQuoted(double ?? single ?? bare ?? ''))
    .join('.')
}

function keyOf(line: string): string | undefined {
  const found = /^\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*=/.exec(line)
  return found?.[1] ?? found?.[2] ?? found?.[3]
}

/** What stands behind a value on its line, where that is told easily. */
function comment(line: string): string {
  return /^[^#"']*=\s*(?:"[^"\\]*"|'[^']*'|[^#"'[{]*?)(\s*#.*)$/.exec(line)?.[1] ?? ''
}

/** The file is read back before it is written: an edit that a file's form does not allow changes nothing. */
async function check(file: string, edited: string, path: KeyPath, value: unknown): Promise<void> {
  const content = file.endsWith('.json') ? JSON.parse(edited) : await parsedToml(edited)
  const fault = schemaFault(configSchema, content)
  if (fault !== undefined) throw new OcishError('CONFIG_INVALID', `${fault.path} ${fault.message}`)
  let found: unknown = content
  for (const name of path) found = isJsonObject(found) ? found[name] : undefined
  if (JSON.stringify(found) !== JSON.stringify(value))
    throw new OcishError(
      'CONFIG_INVALID',
      `${path.join('.')} cannot be changed in ${file} as it is written`,
      {
        hint: 'Change it with an editor.',
      },
    )
}

async function parsedToml(text: string): Promise<unknown> {
  const { parse } = await import('smol-toml')
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

import { collect } from '@ocish/core'
import { type Annotations, isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import type { Call, KeyValue } from '@ocish/shell'
import { textFlag } from './call-values.ts'
import type { Services } from './services.ts'

/** The annotations a line asks for. Objects have no prototype: a key named `__proto__` is only data (T47). */
export interface AskedAnnotations {
  readonly manifest: Annotations
  readonly config: Annotations
  /** Of a file by its title. */
  file(title: string): Annotations
  /** Names in `--annotation-file` of something else than the manifest, the configuration and these titles. */
  unused(titles: readonly string[]): readonly string[]
}

const fileLimit = 4 * 1024 * 1024

/**
 * `--annotation-file` (an object by `$manifest`, `$config` and file name, as oras has it) with `--annotation` on top.
 * Errors: FILE_NOT_FOUND, USAGE_INVALID_VALUE, LIMIT_EXCEEDED.
 */
export async function askedAnnotations(call: Call, services: Services): Promise<AskedAnnotations> {
  const path = textFlag(call, 'annotation-file')
  const sections =
    path === undefined ? new Map<string, Annotations>() : await readSections(path, call, services)
  const none = Object.freeze(Object.create(null)) as Annotations
  return {
    manifest: merged(sections.get('$manifest') ?? none, lineAnnotations(call)),
    config: sections.get('$config') ?? none,
    file: (title) => sections.get(title) ?? none,
    unused: (titles) =>
      [...sections.keys()].filter((name) => !name.startsWith('$') && !titles.includes(name)),
  }
}

/** One on top of the other, without a prototype. */
export function merged(...all: readonly Annotations[]): Annotations {
  const result = Object.create(null) as Record<string, string>
  for (const one of all) for (const [key, value] of Object.entries(one)) result[key] = value
  return result
}

function lineAnnotations(call: Call): Annotations {
  const result = Object.create(null) as Record<string, string>
  for (const { key, value } of (call.flags['annotation'] ?? []) as readonly KeyValue[]) result[key] = value
  return result
}

async function readSections(
  path: string,
  call: Call,
  services: Services,
): Promise<ReadonlyMap<string, Annotations>> {
  const source = await services.source(path)
  const bytes = await collect(source.open(''), { limit: fileLimit, what: path, signal: call.signal })
  const document = parseJson(bytes, { what: path, code: 'USAGE_INVALID_VALUE', unique: 'all' })
  if (!isJsonObject(document)) throw malformed(path, 'it is not an object')
  const sections = new Map<string, Annotations>()
  for (const [name, section] of Object.entries(document)) sections.set(name, checked(section, path, name))
  return sections
}

function checked(section: unknown, path: string, name: string): Annotations {
  if (!isJsonObject(section)) throw malformed(path, `${JSON.stringify(name)} is not an object`)
  for (const [key, value] of Object.entries(section)) {
    if (typeof value !== 'string')
      throw malformed(path, `${JSON.stringify(key)} of ${JSON.stringify(name)} is not text`)
  }
  return section as Annotations
}

function malformed(path: string, why: string): OcishError {
  return new OcishError('USAGE_INVALID_VALUE', `${path} holds no annotations: ${why}`, {
    hint: 'Write {"$manifest": {"key": "value"}, "$config": {…}, "FILE": {…}}.',
  })
}

import { promises as fs } from 'node:fs'
import { dirname, join } from 'node:path'
import { canonicalRegistry, isJsonObject, type Match, OcishError, parseJson } from '@ocish/sdk'
import { configSchema, projectSchema } from './config-schema.ts'
import { type JsonSchema, type SchemaFault, schemaFault } from './json-schema.ts'
import type { KindRule } from './kinds.ts'
import { type Env, expandPath } from './paths.ts'
import { errnoOf } from './private-file.ts'

/** How one registry is reached. Paths are absolute. */
export interface RegistrySettings {
  readonly alias?: string
  readonly base?: string
  readonly plainHttp?: boolean
  readonly insecure?: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly credentials?: string
  readonly realms?: readonly string[]
  readonly mirrors?: readonly string[]
  readonly isDefault: boolean
}

/** A value that is in force, and where it comes from (`OCISH_OUTPUT`, a file, `default`). */
export interface Setting {
  readonly key: string
  readonly value: unknown
  readonly origin: string
}

/** The configuration that is in force: files and environment merged, checked against its schema. */
export interface Config {
  readonly registries: ReadonlyMap<string, RegistrySettings>
  readonly rules: readonly KindRule[]
  /** The section `[kinds.NAME]`, not checked against the kind's own schema yet. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Abbreviations of the user and the project, by name. */
  readonly aliases: ReadonlyMap<string, readonly string[]>
  /** The file that `set` writes; absent: there is no folder for it. */
  readonly file?: string
  /** A member of `defaults`, `limits` or `cache` (`defaults.concurrency`). */
  get(key: string): unknown
  /** Every value that was set, dotted, with its origin. */
  settings(): readonly Setting[]
}

/** Where the configuration is looked for. */
export interface ConfigOptions {
  /** Holds `config.toml` or `config.json`. Absent: only what `file` and the environment say. */
  readonly folder?: string
  readonly home: string
  readonly cwd: string
  readonly env: Env
  /** `--config FILE`: this one and no other. */
  readonly file?: string
}

const maxSize = 1024 * 1024

/** Reads the configuration; without any file nothing but a look for them happens. Errors: CONFIG_INVALID, FILE_NOT_FOUND. */
export async function loadConfig(options: ConfigOptions): Promise<Config> {
  const { folder, home, cwd, env } = options
  const named = options.file ?? env['OCISH_CONFIG']
  const layers =
    named !== undefined
      ? [await readFile(expandPath(named, { cwd, home }), configSchema, true)]
      : folder === undefined
        ? []
        : await Promise.all([userFile(folder), readFile(join(cwd, '.ocish.toml'), projectSchema, false)])
  const user = layers[0]
  const file = user?.origin ?? (folder === undefined ? undefined : join(folder, 'config.toml'))
  const found = layers.filter((layer) => layer !== undefined)
  return { ...assemble([...found, environmentLayer(env)], user, home), ...(file !== undefined && { file }) }
}

/** One file's content, or the environment's. */
interface Layer {
  readonly origin: string
  readonly content: Readonly<Record<string, unknown>>
}

async function userFile(folder: string): Promise<Layer | undefined> {
  const [toml, json] = await Promise.all([
    readFile(join(folder, 'config.toml'), configSchema, false),
    readFile(join(folder, 'config.json'), configSchema, false),
  ])
  if (toml && json)
    throw new OcishError('CONFIG_INVALID', `both config.toml and config.json are in ${folder}`, {
      hint: 'Keep one of them.',
    })
  return toml ?? json
}

async function readFile(path: string, schema: JsonSchema, required: boolean): Promise<Layer | undefined> {
  let source: string
  try {
    source = await fs.readFile(path, 'utf8')
  } catch (cause) {
    const code = errnoOf(cause)
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined
    throw new OcishError(
      code === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_FAILED',
      `cannot read the configuration ${path}`,
      {
        cause,
      },
    )
  }
  if (source.length > maxSize) throw new OcishError('LIMIT_EXCEEDED', `${path} is larger than 1 MiB`)
  const content = path.endsWith('.json')
    ? parseJson(source, { what: path, code: 'CONFIG_INVALID', unique: 'all' })
    : await parseToml(path, source)
  const fault = schemaFault(schema, content)
  if (fault) throw await invalid(path, fault)
  return { origin: path, content: content as Readonly<Record<string, unknown>> }
}

async function parseToml(path: string, source: string): Promise<unknown> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return parse(source)
  } catch (cause) {
    const at = cause instanceof TomlError ? `:${cause.line}:${cause.column}` : ''
    throw new OcishError('CONFIG_INVALID', `${path}${at} is not TOML`, { cause })
  }
}

async function invalid(path: string, fault: SchemaFault): Promise<OcishError> {
  const { nearest } = await import('@ocish/shell')
  const near = fault.unknown === undefined ? [] : nearest(fault.unknown, fault.known ?? [])
  const elsewhere =
    path.endsWith('.ocish.toml') && Object.hasOwn(configSchema.properties ?? {}, fault.unknown ?? '')
  const message = elsewhere ? 'is nothing for a project to say' : fault.message
  return new OcishError('CONFIG_INVALID', `${fault.path} ${message} in ${path}`, {
    details: { path: fault.path, file: path, closest: near },
    ...(elsewhere && { hint: 'Put it into your own config.toml; a project has aliases and defaults only.' }),
  })
}

/** `OCISH_CONCURRENCY=4` is `defaults.concurrency`. Errors: CONFIG_INVALID. */
function environmentLayer(env: Env): Layer {
  const schemas = configSchema.properties?.['defaults']?.properties ?? {}
  const found = Object.entries(schemas).flatMap(([key, schema]) => {
    const name = variableOf(key)
    const text = env[name]
    if (text === undefined || text === '') return []
    const value = schema.type === 'integer' ? Number(text) : text
    const fault = schemaFault(schema, value)
    if (fault) throw new OcishError('CONFIG_INVALID', `${name} ${fault.message}`)
    return [[key, value] as const]
  })
  return { origin: 'environment', content: { defaults: Object.fromEntries(found) } }
}

function variableOf(key: string): string {
  return `OCISH_${key.toUpperCase().replaceAll('-', '_')}`
}

function assemble(layers: readonly Layer[], user: Layer | undefined, home: string): Omit<Config, 'file'> {
  const values = new Map<string, Setting>()
  for (const { origin, content } of layers) {
    for (const section of ['defaults', 'limits', 'cache', 'aliases']) {
      for (const [name, value] of Object.entries(tableOf(content, section))) {
        const from = origin === 'environment' ? variableOf(name) : origin
        // What a user calls something is not for a project to change.
        if (section === 'aliases' && values.has(`aliases.${name}`)) continue
        values.set(`${section}.${name}`, { key: `${section}.${name}`, value, origin: from })
      }
    }
  }
  const content = user?.content ?? {}
  return {
    registries: registriesOf(user, home),
    aliases: aliasesOf(values),
    rules: rulesOf(content['match']),
    kinds: tableOf(content, 'kinds') as Config['kinds'],
    get: (key) => values.get(key)?.value,
    settings: () => [
      ...values.values(),
      ...(user ? flattened(user, 'registries') : []),
      ...(user ? flattened(user, 'kinds') : []),
    ],
  }
}

function registriesOf(user: Layer | undefined, home: string): ReadonlyMap<string, RegistrySettings> {
  const base = { cwd: dirname(user?.origin ?? '/'), home }
  const file = (value: unknown): string | undefined =>
    typeof value === 'string' ? expandPath(value, base) : undefined
  const found = new Map<string, RegistrySettings>()
  for (const [name, value] of Object.entries(tableOf(user?.content ?? {}, 'registries'))) {
    const host = canonicalRegistry(name)
    if (host === undefined || !isJsonObject(value))
      throw new OcishError('CONFIG_INVALID', `${name} is not a registry, in ${user?.origin ?? ''}`)
    const { 'plain-http': plainHttp, ca, cert, key, credentials, default: isDefault, ...rest } = value
    const files = { ca: file(ca), cert: file(cert), key: file(key) }
    const settings = {
      ...rest,
      ...files,
      plainHttp,
      credentials: credentials === 'none' ? 'none' : file(credentials),
      isDefault: isDefault === true,
    }
    found.set(host, withoutAbsent(settings) as unknown as RegistrySettings)
  }
  return found
}

function aliasesOf(values: ReadonlyMap<string, Setting>): Config['aliases'] {
  const found = new Map<string, readonly string[]>()
  for (const [key, { value }] of values)
    if (key.startsWith('aliases.') && typeof value === 'string')
      found.set(
        key.slice('aliases.'.length),
        value.split(/\s+/).filter((word) => word !== ''),
      )
  return found
}

function rulesOf(list: unknown): readonly KindRule[] {
  const rules = Array.isArray(list) ? list.filter((rule) => isJsonObject(rule)) : []
  return rules.map((rule) => {
    const fields = Object.entries(rule).map(([key, value]) => [camelCase(key), value])
    return Object.fromEntries(fields) as KindRule & Match
  })
}

function tableOf(
  content: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const table = content[name]
  return isJsonObject(table) ? table : {}
}

function flattened(layer: Layer, section: string): readonly Setting[] {
  const walk = (key: string, value: unknown): readonly Setting[] =>
    isJsonObject(value)
      ? Object.entries(value).flatMap(([name, inner]) => walk(`${key}.${name}`, inner))
      : [{ key, value, origin: layer.origin }]
  return Object.entries(tableOf(layer.content, section)).flatMap(([name, value]) =>
    walk(`${section}.${name}`, value),
  )
}

function camelCase(key: string): string {
  return key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function withoutAbsent(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

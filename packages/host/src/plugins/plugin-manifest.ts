import { apiVersion, isJsonObject, type KindData, OcishError, parseJson } from '@ocish/sdk'
import { parseConstraint, parseVersion, satisfies } from '@ocish/versions'

/** What a plugin's package.json says. */
export interface PluginManifest {
  readonly name: string
  readonly version: string
  readonly main: string
  readonly publisher: string
  readonly kinds: readonly KindData[]
}

const packageName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/
const kebab = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const maxSize = 1 << 20

/**
 * Reads a plugin's package.json. Names and versions that could be read as a path are refused (T8), and so is what
 * another version of the program is for. Errors: PLUGIN_FAILED, PLUGIN_API_UNSUPPORTED.
 */
export function parsePluginManifest(bytes: Uint8Array, program: string): PluginManifest {
  const value = parseJson(bytes, { what: 'package.json', code: 'PLUGIN_FAILED', maxSize })
  const document = isJsonObject(value) ? value : {}
  const { name, version, ocish } = document
  if (typeof name !== 'string' || name.length > 214 || !packageName.test(name))
    throw bad('package.json', 'has no valid name')
  if (
    typeof version !== 'string' ||
    version.length > 256 ||
    parseVersion(version) === undefined ||
    /[/\\]/.test(version)
  )
    throw bad(name, 'has no valid version')
  if (!isJsonObject(ocish)) throw bad(name, 'is no plugin: package.json has no ocish field')
  if (ocish['apiVersion'] !== apiVersion)
    throw new OcishError(
      'PLUGIN_API_UNSUPPORTED',
      `${name} is written for version ${String(ocish['apiVersion'])} of the contract, this is ${apiVersion}`,
      { hint: 'Take a version of the plugin that is made for this ocish, or another ocish.' },
    )
  checkRange(document, name, program)
  const { dependencies } = document
  if (isJsonObject(dependencies) && Object.keys(dependencies).length > 0)
    throw bad(name, 'needs other packages: a plugin is bundled')
  return {
    name,
    version,
    main: mainOf(document, name),
    publisher: publisherOf(document, name),
    kinds: kindsOf(ocish, name),
  }
}

/** `engines.ocish`: the versions of the program it is for; a build without a version is for all. */
function checkRange(document: Readonly<Record<string, unknown>>, name: string, program: string): void {
  const engines = document['engines']
  const range = isJsonObject(engines) ? engines['ocish'] : undefined
  if (typeof range !== 'string') return
  const constraint = parseConstraint(range)
  if (constraint === undefined) throw bad(name, `has no valid range for ocish: ${range}`)
  const version = parseVersion(program)
  if (version === undefined || program === '0.0.0' || satisfies(version, constraint)) return
  throw new OcishError('PLUGIN_API_UNSUPPORTED', `${name} is for ocish ${range}, this is ${program}`, {
    hint: 'Take a version of the plugin that is made for this ocish, or another ocish.',
  })
}

function mainOf(document: Readonly<Record<string, unknown>>, name: string): string {
  const { exports, main } = document
  const root = isJsonObject(exports) && '.' in exports ? exports['.'] : exports
  const chosen = isJsonObject(root) ? (root['import'] ?? root['default']) : (root ?? main ?? 'index.js')
  const path = typeof chosen === 'string' ? chosen.replace(/^\.\//, '') : ''
  if (!/^[\w.-][\w./-]*\.m?js$/.test(path) || path.split('/').includes('..'))
    throw bad(name, 'names no module in exports')
  return path
}

/** The scope of its name, else its author: what trust is given to. Nobody checks who that is. */
function publisherOf(document: Readonly<Record<string, unknown>>, name: string): string {
  if (name.startsWith('@')) return name.slice(0, name.indexOf('/'))
  const { author } = document
  const named = isJsonObject(author) ? author['name'] : author
  return typeof named === 'string' && named !== '' ? named.slice(0, 100) : name
}

function kindsOf(ocish: Readonly<Record<string, unknown>>, name: string): readonly KindData[] {
  const { kinds } = ocish
  if (!Array.isArray(kinds) || kinds.length === 0 || kinds.length > 50) throw bad(name, 'brings no kinds')
  return kinds.map((kind: unknown) => {
    if (!isJsonObject(kind) || !isKebab(kind['name']) || !isKebab(kind['family'] ?? kind['name']))
      throw bad(name, 'brings a kind without a valid name')
    const { match, commands = [] } = kind
    if (!Array.isArray(match) || match.length === 0 || !match.every((one) => isMatch(one)))
      throw bad(name, `does not say what ${String(kind['name'])} matches`)
    if (kind['bases'] !== undefined && !isBases(kind['bases']))
      throw bad(name, `takes repositories for ${String(kind['name'])} that nobody has configured`)
    if (!Array.isArray(commands) || !commands.every((one) => isCommand(one)))
      throw bad(name, `has commands of ${String(kind['name'])} that are none`)
    return { family: kind['name'], ...kind } as unknown as KindData
  })
}

function isKebab(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 64 && kebab.test(value)
}

/** `repositoryPrefix` is for settings alone: a package must not take other people's repositories. */
function isMatch(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length > 0 && !('repositoryPrefix' in value)
}

/** Bases come from settings alone, for the same reason. */
function isBases(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    typeof value['list'] === 'string' &&
    Array.isArray(value['patterns']) &&
    value['patterns'].every((one) => typeof one === 'string' && one.startsWith('{')) &&
    !('builtIn' in value)
  )
}

function isCommand(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    isKebab(value['name']) &&
    Array.isArray(value['params']) &&
    isJsonObject(value['output']) &&
    Array.isArray(value['examples']) &&
    typeof value['summary'] === 'string' &&
    (value['exits'] === undefined || isStatuses(value['exits'])) &&
    ['R', 'W', 'D', 'L'].includes(String(value['effect']))
  )
}

function isStatuses(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => Number.isInteger(one) && one > 0 && one < 256)
}

function bad(name: string, why: string): OcishError {
  return new OcishError('PLUGIN_FAILED', `${name} ${why}`)
}

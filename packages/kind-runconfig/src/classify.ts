import type { Node, ObjectNode } from './document.ts'
import { fields, type FieldSpec, type FieldSpecs } from './fields.ts'
import { formatPath, type Path } from './paths.ts'
import { holdsSecret, isLiteral, isSecretName, isSecretReference, secretArguments } from './secrets.ts'
import { member, strings, textOf } from './tree.ts'

/** `never`: must not be published. `host`: belongs to one machine. `derived`: ToolHive computes it again. */
type Sensitivity = 'never' | 'host' | 'derived'

/** A value that is not published as it is (specs/runconfig.md §3.3). */
export interface Sensitive {
  readonly path: Path
  readonly line: number
  readonly sensitivity: Sensitivity
  /** `refuse`: taking it out would change what the configuration means, so a person has to. */
  readonly action: 'remove' | 'empty' | 'refuse'
  /** What `empty` leaves in its place; default the empty string. */
  readonly rest?: string
  /** What it is, to follow the path: `a literal value`. */
  readonly what: string
  /** The option that publishes it all the same. */
  readonly option?: string
}

export interface ClassifyOptions {
  /** Variables whose values may be published. */
  readonly allowEnv: ReadonlySet<string>
  readonly keepHostPaths: boolean
}

const zeroTime = '0001-01-01T00:00:00Z'

/** Everything in a canonical configuration that is not portable; a value is listed once. */
export function classify(root: ObjectNode, options: ClassifyOptions): readonly Sensitive[] {
  const found = [...members(root, fields, [], { root, options })]
  const listed = new Set(found.map(({ path }) => formatPath(path)))
  const covered = (path: Path): boolean =>
    path.some((_step, at) => listed.has(formatPath(path.slice(0, at + 1))))
  for (const { path, line, value } of strings(root)) {
    if (!covered(path) && !isAllowed(path, options) && holdsSecret(value)) {
      found.push({
        path,
        line,
        sensitivity: 'never',
        action: 'refuse',
        what: 'text that looks like a credential',
      })
    }
  }
  return found
}

interface Scope {
  readonly root: ObjectNode
  readonly options: ClassifyOptions
}

function isAllowed(path: Path, options: ClassifyOptions): boolean {
  return path[0] === 'env_vars' && typeof path[1] === 'string' && options.allowEnv.has(path[1])
}

function* members(node: ObjectNode, specs: FieldSpecs, path: Path, scope: Scope): Generator<Sensitive> {
  for (const { key, value } of node.members) {
    const spec = Object.hasOwn(specs, key) ? specs[key] : undefined
    const at = [...path, key]
    if (spec === undefined) yield* unknown(key, value, at, path.length > 0, scope)
    else yield* known(spec, value, at, scope)
  }
}

function* known(spec: FieldSpec, value: Node, path: Path, scope: Scope): Generator<Sensitive> {
  if (isEmpty(value)) return
  const { line } = value
  switch (spec.sharing) {
    case 'secret':
      yield { path, line, sensitivity: 'never', action: 'remove', what: 'a secret' }
      return
    case 'derived':
      yield {
        path,
        line,
        sensitivity: 'never',
        action: 'remove',
        what: 'computed settings, which may hold secrets',
      }
      return
    case 'reference':
      if (value.type !== 'string' || isSecretReference(value.value)) return
      yield { path, line, sensitivity: 'never', action: 'remove', what: 'a secret in plain text' }
      return
    case 'values':
      yield* literals(value, path)
      return
    case 'host':
      yield { path, line, sensitivity: 'host', action: 'remove', what: 'a setting of this machine' }
      return
    case 'path':
    case 'profile':
      if (spec.sharing === 'path' || isFilePath(value)) yield* hostPath(value, path, scope)
      return
    case 'env':
      yield* variables(value, path, scope)
      return
    case 'arguments':
      yield* badArguments(value, path)
      return
    case 'volumes':
      yield* hostSides(value, path, scope)
      return
    case 'labels':
      yield* ownLabels(value, path)
      return
    case 'references':
      yield* badReferences(value, path)
      return
    case undefined:
      yield* nested(spec, value, path, scope)
  }
}

function* nested(spec: FieldSpec, value: Node, path: Path, scope: Scope): Generator<Sensitive> {
  // A map's keys are no names of ours; raw fields and half-known objects are looked through for the names of secrets.
  if (spec.type === 'strings-map') return
  if (value.type === 'object') yield* members(value, spec.fields ?? {}, path, scope)
  if (value.type !== 'array') return
  for (const [at, item] of value.items.entries()) {
    if (item.type === 'object') yield* members(item, spec.fields ?? {}, [...path, at], scope)
  }
}

/** A member nobody described: kept, unless its name says that it is a secret. */
function* unknown(key: string, value: Node, path: Path, inside: boolean, scope: Scope): Generator<Sensitive> {
  if (value.type === 'object') yield* members(value, {}, path, scope)
  if (value.type === 'array') {
    for (const [at, item] of value.items.entries()) yield* unknown(key, item, [...path, at], inside, scope)
  }
  if (value.type === 'string' && isSecretName(key) && isLiteral(value.value)) {
    yield { path, line: value.line, sensitivity: 'never', action: 'refuse', what: 'by its name a secret' }
  } else if (inside && !isRaw(path) && isPathName(key) && value.type === 'string' && !isEmpty(value)) {
    yield* hostPath(value, path, scope)
  }
}

/** Published untouched: what ToolHive hands on without reading it. */
function isRaw(path: Path): boolean {
  const top = path[0]
  return typeof top !== 'string' || !Object.hasOwn(fields, top) || top === 'authz_config'
}

function isPathName(key: string): boolean {
  return /(?:^|_)(?:path|file|dir)s?$|[a-z](?:Path|File|Dir)s?$/.test(key)
}

function isFilePath(value: Node): boolean {
  return value.type === 'string' && /[/\\]|^[.~]|\.(?:json|ya?ml)$/i.test(value.value)
}

function isEmpty(value: Node): boolean {
  switch (value.type) {
    case 'null':
      return true
    case 'string':
      return value.value === '' || value.value === zeroTime
    case 'number':
      return Number(value.text) === 0
    case 'boolean':
      return !value.value
    case 'array':
      return value.items.length === 0
    case 'object':
    default:
      return value.members.length === 0
  }
}

function* hostPath(value: Node, path: Path, { options }: Scope): Generator<Sensitive> {
  if (options.keepHostPaths) return
  const { line } = value
  const what = 'a path of this machine'
  yield { path, line, sensitivity: 'host', action: 'remove', what, option: '--keep-host-paths' }
}

function* variables(value: Node, path: Path, { root, options }: Scope): Generator<Sensitive> {
  if (value.type !== 'object') return
  const derived = derivedVariables(root)
  for (const { key, value: found } of value.members) {
    if (found.type !== 'string' || found.value === '') continue
    const at = [...path, key]
    if (derived.get(key) === found.value) {
      const what = 'set by ToolHive itself'
      yield { path: at, line: found.line, sensitivity: 'derived', action: 'remove', what }
    } else if (!options.allowEnv.has(key)) {
      const option = `--allow-env ${key}`
      yield {
        path: at,
        line: found.line,
        sensitivity: 'never',
        action: 'empty',
        what: 'a literal value',
        option,
      }
    }
  }
}

/** The variables ToolHive adds when it starts a server (specs/runconfig.md, V7). */
function derivedVariables(root: ObjectNode): ReadonlyMap<string, string> {
  const transport = textOf(root, 'transport')
  const port = member(root, 'target_port')
  const derived = new Map([['MCP_TRANSPORT', transport]])
  if (transport !== 'stdio' && port?.type === 'number') {
    derived.set('MCP_PORT', port.text)
    derived.set('FASTMCP_PORT', port.text)
  }
  return derived
}

function* badArguments(value: Node, path: Path): Generator<Sensitive> {
  if (value.type !== 'array') return
  const texts = value.items.map((item) => (item.type === 'string' ? item.value : ''))
  for (const at of secretArguments(texts)) {
    const line = value.items[at]?.line ?? value.line
    yield {
      path: [...path, at],
      line,
      sensitivity: 'never',
      action: 'refuse',
      what: 'an argument that looks like a secret',
    }
  }
}

function* badReferences(value: Node, path: Path): Generator<Sensitive> {
  if (value.type !== 'array') return
  for (const [at, item] of value.items.entries()) {
    if (item.type !== 'string' || isSecretReference(item.value)) continue
    const what = 'no reference to a secret, so perhaps the secret itself'
    yield { path: [...path, at], line: item.line, sensitivity: 'never', action: 'refuse', what }
  }
}

function* hostSides(value: Node, path: Path, { options }: Scope): Generator<Sensitive> {
  if (value.type !== 'array' || options.keepHostPaths) return
  for (const [at, item] of value.items.entries()) {
    if (item.type !== 'string') continue
    const rest = containerSide(item.value)
    if (rest === item.value) continue
    yield {
      path: [...path, at],
      line: item.line,
      sensitivity: 'host',
      action: 'empty',
      rest,
      what: 'the host side of a mount',
      option: '--keep-host-paths',
    }
  }
}

/** `/home/me/data:/data:ro` becomes `:/data:ro`; what has no container side is a host path as a whole. */
function containerSide(volume: string): string {
  const [, container] = /^.*?(:\/[^:]*(?::[a-zA-Z,]+)?)$/.exec(volume) ?? []
  return container ?? ''
}

function* ownLabels(value: Node, path: Path): Generator<Sensitive> {
  if (value.type !== 'object') return
  for (const { key, value: found } of value.members) {
    if (!/^(?:dev\.)?toolhive(?:$|[-._/])/.test(key)) continue
    yield {
      path: [...path, key],
      line: found.line,
      sensitivity: 'host',
      action: 'remove',
      what: 'a label of ToolHive',
    }
  }
}

/** Header-like values: of a map the values, of a list of records their `value` and `default`, of texts what follows `=` or `:`. */
function* literals(value: Node, path: Path): Generator<Sensitive> {
  const literal = { sensitivity: 'never', action: 'empty', what: 'a literal value' } as const
  if (value.type === 'string') yield { path, line: value.line, ...literal }
  if (value.type === 'object') {
    for (const { key, value: found } of value.members) {
      const at = [...path, key]
      if (found.type === 'string' && isLiteral(found.value)) yield { path: at, line: found.line, ...literal }
      else if (found.type === 'object' || found.type === 'array') yield* literals(found, at)
    }
  }
  if (value.type !== 'array') return
  for (const [at, item] of value.items.entries()) {
    const here = [...path, at]
    if (item.type === 'object') yield* recordValues(item, here)
    else if (item.type === 'string') {
      const [name = ''] = /^[^=:]*[=:]/.exec(item.value) ?? []
      if (name !== item.value) yield { path: here, line: item.line, ...literal, rest: name }
    }
  }
}

function* recordValues(item: ObjectNode, path: Path): Generator<Sensitive> {
  for (const { key, value } of item.members) {
    if (!/^(?:value|default)$/i.test(key) || value.type !== 'string' || value.value === '') continue
    yield {
      path: [...path, key],
      line: value.line,
      sensitivity: 'never',
      action: 'empty',
      what: 'a literal value',
    }
  }
}

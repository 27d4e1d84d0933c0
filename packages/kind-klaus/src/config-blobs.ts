import { encodeGoJson, isJsonObject, OcishError, parseJson, type GoJson } from '@ocish/sdk'
import { limits } from './constants.ts'
import type { Components, Composition, PartReference } from './model.ts'

/** Exactly klaus-oci's bytes: fixed order, empty members left out, Go's escapes. */
export function encodePluginConfig(components: Components): Uint8Array {
  const list = (items: readonly string[]): GoJson | undefined => (items.length === 0 ? undefined : items)
  return bytes({
    skills: list(components.skills),
    commands: list(components.commands),
    agents: list(components.agents),
    hasHooks: components.hasHooks || undefined,
    mcpServers: list(components.mcpServers),
    lspServers: list(components.lspServers),
  })
}

/** `toolchain` is always there, and so is `repository` in it. */
export function encodePersonalityConfig(composition: Composition): Uint8Array {
  const plugins = composition.plugins.map(goPart)
  return bytes({
    toolchain: goPart(composition.toolchain),
    plugins: plugins.length === 0 ? undefined : plugins,
  })
}

function goPart(part: PartReference): GoJson {
  return { repository: part.repository, tag: part.tag || undefined, digest: part.digest || undefined }
}

function bytes(value: GoJson): Uint8Array {
  return new TextEncoder().encode(encodeGoJson(value))
}

function refused(what: string, why: string): OcishError<'KIND_INPUT_INVALID'> {
  return new OcishError('KIND_INPUT_INVALID', `the configuration's ${what} ${why}`)
}

/** A JSON object; `null` and nothing are an empty one. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function parseConfigObject(source: Uint8Array): Readonly<Record<string, unknown>> {
  if (source.length === 0) return {}
  const value = parseJson(source, {
    what: 'the configuration',
    code: 'KIND_INPUT_INVALID',
    maxSize: limits.json,
  })
  if (value === null) return {}
  if (!isJsonObject(value)) throw new OcishError('KIND_INPUT_INVALID', 'the configuration is no JSON object')
  return value
}

/** Any generation: unknown members are ignored, member names match in any case, as Go reads them. */
export function readComponents(config: Readonly<Record<string, unknown>>): Components {
  const members = anyCase(config)
  const hooks = members.get('hashooks')
  if (hooks !== undefined && hooks !== null && typeof hooks !== 'boolean')
    throw refused('hasHooks', 'is no boolean')
  return {
    skills: strings(members.get('skills'), 'skills'),
    commands: strings(members.get('commands'), 'commands'),
    agents: strings(members.get('agents'), 'agents'),
    hasHooks: hooks === true,
    mcpServers: strings(members.get('mcpservers'), 'mcpServers'),
    lspServers: strings(members.get('lspservers'), 'lspServers'),
  }
}

export function readComposition(config: Readonly<Record<string, unknown>>): Composition {
  const members = anyCase(config)
  const plugins = members.get('plugins') ?? []
  if (!Array.isArray(plugins)) throw refused('plugins', 'is no list')
  return {
    toolchain: partReference(members.get('toolchain'), 'toolchain'),
    plugins: plugins.map((plugin, index) => partReference(plugin, `plugins[${index}]`)),
  }
}

function partReference(value: unknown, where: string): PartReference {
  if (value === undefined || value === null) return { repository: '' }
  if (!isJsonObject(value)) throw refused(where, 'is no object')
  const members = anyCase(value)
  const text = (name: string): string => {
    const member = members.get(name) ?? ''
    if (typeof member !== 'string') throw refused(`${where}.${name}`, 'is no string')
    return member
  }
  const [tag, digest] = [text('tag'), text('digest')]
  return {
    repository: text('repository'),
    ...(tag === '' ? {} : { tag }),
    ...(digest === '' ? {} : { digest }),
  }
}

function strings(value: unknown, where: string): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw refused(where, 'is no list of strings')
  return value
}

/** By lower-cased name; the last of equal ones counts. */
function anyCase(object: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]))
}

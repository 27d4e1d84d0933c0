import { isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import { limits, pluginManifest } from './constants.ts'
import { toAuthor } from './metadata.ts'
import type { Metadata } from './model.ts'

/** `.claude-plugin/plugin.json`: the metadata, and the members that say where components lie. */
export interface PluginJson {
  readonly metadata: Metadata
  readonly members: ReadonlyMap<string, unknown>
}

const lists = ['skills', 'commands', 'agents', 'mcpservers', 'lspservers']

function refused(member: string, why: string): OcishError<'KIND_INPUT_INVALID'> {
  return new OcishError('KIND_INPUT_INVALID', `${pluginManifest}: ${member} ${why}`, {
    details: { path: pluginManifest, member },
  })
}

/**
 * Reads the file as Go's decoder does: unknown members are ignored, names match in any case, `null` is nothing.
 * `compat` also refuses the path overrides that Claude allows and klaus-oci does not. Errors: KIND_INPUT_INVALID.
 */
export function parsePluginJson(text: string, options: { readonly compat: boolean }): PluginJson {
  const document = parseJson(text, { what: pluginManifest, code: 'KIND_INPUT_INVALID', maxSize: limits.json })
  if (document !== null && !isJsonObject(document))
    throw new OcishError('KIND_INPUT_INVALID', `${pluginManifest} is no JSON object`)
  const members = new Map(Object.entries(document ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  if (options.compat) refuseOverrides(members)
  const member = (name: string): string => stringMember(members.get(name), name)
  const author = members.get('author') ?? {}
  if (!isJsonObject(author)) throw refused('author', 'is no object')
  const authorMembers = new Map(Object.entries(author).map(([name, value]) => [name.toLowerCase(), value]))
  const authorText = (name: string): string => stringMember(authorMembers.get(name), `author.${name}`)
  const who = toAuthor({ name: authorText('name'), email: authorText('email'), url: authorText('url') })
  return {
    metadata: {
      name: member('name'),
      description: member('description'),
      ...(who === undefined ? {} : { author: who }),
      homepage: member('homepage'),
      repository: member('repository'),
      license: member('license'),
      keywords: stringList(members.get('keywords'), 'keywords'),
    },
    members,
  }
}

function refuseOverrides(members: ReadonlyMap<string, unknown>): void {
  for (const name of lists) stringList(members.get(name), name)
  const hooks = members.get('hashooks') ?? false
  if (typeof hooks !== 'boolean') throw refused('hasHooks', 'is no boolean')
}

function stringMember(value: unknown, name: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw refused(name, 'is no string')
  return value
}

function stringList(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string' || one === null)) {
    throw refused(name, 'is no list of strings')
  }
  return value.map((one: string | null) => one ?? '')
}

import { chartFile } from './constants.ts'
import type { Dependency, Maintainer, Metadata } from './metadata.ts'
import { refused } from './parse-yaml.ts'
import { type PlainValue, scalarText, toPlain, type YamlTree } from './yaml-tree.ts'

type Members = Readonly<Record<string, YamlTree>>

/** Where a document is, for messages, and which of its keys mean nothing. */
class Decoder {
  readonly path: string
  readonly unknown: { readonly key: string; readonly line: number }[] = []

  constructor(path: string) {
    this.path = path
  }

  /** The members that mean something. Keys fit in any case; of several the last in byte order wins, as in Go. */
  members(tree: YamlTree, known: readonly string[], where: string): Members | undefined {
    if (tree.type === 'null') return undefined
    if (tree.type !== 'map') throw refused(this.path, `${where} is no mapping`, tree.line)
    const members = Object.create(null) as Record<string, YamlTree>
    const keys = [...tree.members].toSorted(([a], [b]) => (a < b ? -1 : 1))
    for (const [key, value] of keys) {
      const name = known.includes(key) ? key : known.find((one) => one.toLowerCase() === key.toLowerCase())
      if (name === undefined) this.unknown.push({ key, line: value.line })
      else if (value.type !== 'null') members[name] = value
    }
    return members
  }

  /** Numbers and truth values become text where text is wanted. */
  text(tree: YamlTree | undefined, where: string): string {
    if (tree === undefined || tree.type === 'null') return ''
    const text = scalarText(tree)
    if (text === undefined) throw refused(this.path, `${where} is no text`, tree.line)
    return text
  }

  truth(tree: YamlTree | undefined, where: string): boolean {
    if (tree === undefined || tree.type === 'null') return false
    if (tree.type === 'bool') return tree.value
    throw refused(this.path, `${where} is neither true nor false`, tree.line)
  }

  items(tree: YamlTree | undefined, where: string): readonly YamlTree[] {
    if (tree === undefined || tree.type === 'null') return []
    if (tree.type === 'list') return tree.items
    throw refused(this.path, `${where} is no list`, tree.line)
  }

  texts(tree: YamlTree | undefined, where: string): readonly string[] {
    return this.items(tree, where).map((item) => this.text(item, where))
  }
}

const names =
  'name home sources version description keywords maintainers icon apiVersion condition tags appVersion deprecated annotations kubeVersion dependencies type'.split(
    ' ',
  )
const maintainerNames = ['name', 'email', 'url']
const dependencyNames = 'name version repository condition tags enabled import-values alias'.split(' ')

export interface DecodedMetadata {
  readonly metadata: Metadata
  readonly unknown: readonly { readonly key: string; readonly line: number }[]
}

/**
 * A document to metadata: known members only, converted and sanitised, without what is empty.
 * Errors: KIND_INPUT_INVALID with the line.
 */
export function decodeMetadata(tree: YamlTree, path: string = chartFile): DecodedMetadata {
  const decoder = new Decoder(path)
  const members = decoder.members(tree, names, 'the document') ?? {}
  const raw = (name: string): string => decoder.text(members[name], name)
  const text = (name: string): string => sanitise(raw(name))
  const texts = (name: string): readonly string[] => decoder.texts(members[name], name).map(sanitise)
  const metadata: Metadata = withoutEmpty({
    name: text('name'),
    home: text('home'),
    sources: texts('sources'),
    version: raw('version'),
    description: text('description'),
    keywords: texts('keywords'),
    maintainers: decoder.items(members['maintainers'], 'maintainers').map((one) => maintainer(decoder, one)),
    icon: text('icon'),
    apiVersion: raw('apiVersion'),
    condition: text('condition'),
    tags: text('tags'),
    appVersion: text('appVersion'),
    deprecated: decoder.truth(members['deprecated'], 'deprecated'),
    annotations: annotations(decoder, members['annotations']),
    kubeVersion: text('kubeVersion'),
    dependencies: decoder
      .items(members['dependencies'], 'dependencies')
      .map((one) => dependency(decoder, one)),
    type: raw('type'),
  })
  return { metadata, unknown: decoder.unknown }
}

function maintainer(decoder: Decoder, tree: YamlTree): Maintainer | null {
  const members = decoder.members(tree, maintainerNames, 'a maintainer')
  if (members === undefined) return null
  const text = (name: string): string => sanitise(decoder.text(members[name], `a maintainer's ${name}`))
  return withoutEmpty({ name: text('name'), email: text('email'), url: text('url') })
}

function dependency(decoder: Decoder, tree: YamlTree): Dependency | null {
  const members = decoder.members(tree, dependencyNames, 'a dependency')
  if (members === undefined) return null
  const where = (name: string): string => `a dependency's ${name}`
  const text = (name: string): string => sanitise(decoder.text(members[name], where(name)))
  return {
    name: text('name'),
    ...withoutEmpty({ version: text('version') }),
    repository: text('repository'),
    ...withoutEmpty({
      condition: text('condition'),
      tags: decoder.texts(members['tags'], where('tags')).map(sanitise),
      enabled: decoder.truth(members['enabled'], where('enabled')),
      'import-values': decoder.items(members['import-values'], where('import-values')).map(toPlain),
      alias: decoder.text(members['alias'], where('alias')),
    }),
  }
}

function annotations(decoder: Decoder, tree: YamlTree | undefined): Readonly<Record<string, string>> {
  const found = Object.create(null) as Record<string, string>
  if (tree === undefined || tree.type === 'null') return found
  if (tree.type !== 'map') throw refused(decoder.path, 'annotations is no mapping', tree.line)
  for (const [key, value] of tree.members) found[key] = decoder.text(value, `the annotation ${key}`)
  return found
}

/** White space to one space each, what cannot be printed to nothing. */
function sanitise(text: string): string {
  return text.replaceAll(/\p{White_Space}/gu, ' ').replaceAll(/[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu, '')
}

type Value = PlainValue | readonly (Maintainer | Dependency | null)[]

/** Go's `omitempty`. */
function withoutEmpty<T extends Readonly<Record<string, Value>>>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value))) as Partial<T>
}

function isEmpty(value: Value): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === '' || value === false || value === null
}

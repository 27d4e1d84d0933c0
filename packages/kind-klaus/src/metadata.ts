import type { Annotations } from '@ocish/sdk'
import { annotationPrefix } from './constants.ts'
import type { Author, Identity, Metadata } from './model.ts'

/** One annotation per field that is not empty; keywords joined by commas (a keyword cannot hold one). */
export function encodeMetadata(metadata: Metadata): Annotations {
  const fields: Readonly<Record<string, string | undefined>> = {
    name: metadata.name,
    description: metadata.description,
    'author.name': metadata.author?.name,
    'author.email': metadata.author?.email,
    'author.url': metadata.author?.url,
    homepage: metadata.homepage,
    repository: metadata.repository,
    license: metadata.license,
    keywords: metadata.keywords.join(','),
  }
  const annotations: Record<string, string> = {}
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined && value !== '') annotations[annotationPrefix + field] = value
  }
  return annotations
}

/** Split at commas and trimmed; empty parts stay, as klaus-oci keeps them. */
export function decodeKeywords(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((part) => part.trim())
}

/** Where a value may come from, best first: the generations of klaus-oci, then what every image may carry. */
export interface MetadataSources {
  readonly annotations: Annotations
  /** Members of the configuration blob (legacy shapes). */
  readonly config?: Readonly<Record<string, unknown>>
  /** Labels of an image configuration (toolchains). */
  readonly labels?: Readonly<Record<string, string>>
  /** The repository's last segment. */
  readonly shortName?: string
}

const ociKeys: Readonly<Record<string, string>> = {
  name: 'org.opencontainers.image.title',
  description: 'org.opencontainers.image.description',
  homepage: 'org.opencontainers.image.url',
  repository: 'org.opencontainers.image.source',
  license: 'org.opencontainers.image.licenses',
  'author.name': 'org.opencontainers.image.authors',
}

/** Reads the metadata of any generation; `metadataFrom` says where the name was found. */
export function decodeMetadata(sources: MetadataSources): Identity {
  const find = (field: string): { readonly value: string; readonly from: Identity['metadataFrom'] } => {
    const own = sources.annotations[annotationPrefix + field]
    if (own !== undefined && own !== '') return { value: own, from: 'klaus' }
    const member = configMember(sources.config, field)
    if (member !== '') return { value: member, from: 'config' }
    const oci = ociKeys[field]
    const annotation = oci === undefined ? undefined : sources.annotations[oci]
    if (annotation !== undefined && annotation !== '') return { value: annotation, from: 'oci' }
    const label =
      sources.labels?.[annotationPrefix + field] ?? (oci === undefined ? undefined : sources.labels?.[oci])
    return label === undefined || label === ''
      ? { value: '', from: 'none' }
      : { value: label, from: 'labels' }
  }
  const value = (field: string): string => find(field).value
  const name = find('name')
  const author = toAuthor({
    name: value('author.name'),
    email: value('author.email'),
    url: value('author.url'),
  })
  return {
    name: name.value === '' ? (sources.shortName ?? '') : name.value,
    description: value('description'),
    ...(author === undefined ? {} : { author }),
    homepage: value('homepage'),
    repository: value('repository'),
    license: value('license'),
    keywords: keywordsOf(sources, value('keywords')),
    metadataFrom: name.from,
  }
}

function keywordsOf(sources: MetadataSources, text: string): readonly string[] {
  const listed = sources.config?.['keywords']
  return text === '' && Array.isArray(listed)
    ? listed.filter((one): one is string => typeof one === 'string')
    : decodeKeywords(text)
}

function configMember(config: Readonly<Record<string, unknown>> | undefined, field: string): string {
  const [outer = '', inner] = field.split('.')
  const value = config?.[outer]
  const found =
    inner === undefined ? value : (value as Readonly<Record<string, unknown>> | null | undefined)?.[inner]
  return typeof found === 'string' ? found : ''
}

/** An author exists when at least one part of it is not empty. */
export function toAuthor(parts: Readonly<Record<keyof Author, string>>): Author | undefined {
  const author = {
    ...(parts.name === '' ? {} : { name: parts.name }),
    ...(parts.email === '' ? {} : { email: parts.email }),
    ...(parts.url === '' ? {} : { url: parts.url }),
  }
  return Object.keys(author).length === 0 ? undefined : author
}

/** `Name <email>`, as people write it. */
export function formatAuthor(author: Author | undefined): string {
  if (author === undefined) return ''
  const email = author.email === undefined ? '' : `<${author.email}>`
  return [
    author.name ?? '',
    email,
    author.name === undefined && author.email === undefined ? (author.url ?? '') : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

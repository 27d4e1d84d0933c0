import { isDigest } from './digest.ts'
import { OcishError } from './errors.ts'

/** `host[:port]/path[:tag][@digest]`. Where both are there, the digest decides and the tag is for people. */
export interface Reference {
  /** Lower case; the names of Docker Hub are one: `docker.io`. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

/** Docker Hub's name in references. */
export const dockerHub = 'docker.io'

/** Characters of a repository path, and of a tag. */
export const maxRepositoryLength = 255
/** Characters of the longest tag (distribution-spec). */
export const maxTagLength = 128

const dockerHubNames: ReadonlySet<string> = new Set([dockerHub, 'index.docker.io', 'registry-1.docker.io'])
const maxReferenceLength = 2048

const alphanumeric = '[a-z0-9]+'
const separator = '(?:\\.|_|__|-+)'
const component = `${alphanumeric}(?:${separator}${alphanumeric})*`
const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'

const componentGrammar = new RegExp(`^${component}$`)
const tagGrammar = new RegExp(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,${maxTagLength - 1}}$`)
const nameGrammar = new RegExp(`^${label}(?:\\.${label})*$`)
const hostGrammar = /^(?<name>\[[^\]]*\]|[^:[\]]*)(?::(?<port>[0-9]{1,5}))?$/

/** A fault in `text.slice(from, to)`; `right` is what would be right there, if anything is. */
interface Fault {
  readonly from: number
  readonly to: number
  readonly says: string
  readonly hint?: string
  /** The whole text put right. */
  readonly nearest?: string
}

/** True for a repository path without the host (`team/app`). */
export function isRepository(text: string): boolean {
  return text.length <= maxRepositoryLength && text.split('/').every((part) => componentGrammar.test(part))
}

/** Does the text fit the grammar of tags (distribution-spec)? */
export function isTag(text: string): boolean {
  return tagGrammar.test(text)
}

/** True for `host`, `host:port`, `[::1]:5000`; a name alone (`app`) is one as well. */
export function isRegistry(text: string): boolean {
  return canonicalRegistry(text) !== undefined
}

/** True when the first component of a reference is a host: it has a dot or a port, or is `localhost` or `[…]`. */
export function looksLikeRegistry(text: string): boolean {
  return /[.:]/.test(text) || text.toLowerCase() === 'localhost'
}

/** The one form of a registry's name: lower case, Docker Hub's names as one, IPv6 shortened; undefined for no name. */
export function canonicalRegistry(text: string): string | undefined {
  if (text.length > 255 + 6) return undefined
  const { name, port } = hostGrammar.exec(text)?.groups ?? {}
  if (name === undefined || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)))
    return undefined
  const host = canonicalHost(name)
  if (host === undefined) return undefined
  if (port === undefined) return dockerHubNames.has(host) ? dockerHub : host
  return `${host}:${Number(port)}`
}

/** Where a registry's API lives: `registry-1.docker.io` for Docker Hub, else the name itself. */
export function registryHost(registry: string): string {
  return registry === dockerHub ? 'registry-1.docker.io' : registry
}

/**
 * Reads a reference with its host; there is no default registry and no default tag. `oci://` and `docker://` before it
 * are dropped. Errors: REFERENCE_INVALID with `details.span`, and `details.nearest` where a right form is near.
 */
export function parseReference(text: string): Reference {
  if (text.length > maxReferenceLength) {
    const span = { from: maxReferenceLength, to: text.length }
    throw refuse(text, { ...span, says: `longer than ${maxReferenceLength} characters` })
  }
  const start = /^(?:oci|docker):\/\//.exec(text)?.[0].length ?? 0
  const parts = splitReference(text, start)
  const fault = findFault(text, parts)
  if (fault) throw refuse(text, fault)
  return assemble(parts)
}

/** The canonical text of a reference: `parseReference` gives the same reference back. */
export function formatReference(reference: Reference): string {
  const { registry, repository, tag, digest } = reference
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** A piece of the text with its place in it. */
interface Piece {
  readonly from: number
  readonly text: string
}

interface Parts {
  readonly registry: Piece | undefined
  readonly repository: Piece
  readonly tag: Piece | undefined
  readonly digest: Piece | undefined
}

function splitReference(text: string, start: number): Parts {
  const at = text.indexOf('@', start)
  const nameEnd = at < 0 ? text.length : at
  const slash = text.lastIndexOf('/', nameEnd - 1)
  const colon = text.lastIndexOf(':', nameEnd - 1)
  const firstSlash = text.indexOf('/', start)
  const hasHost = firstSlash >= 0 && firstSlash < nameEnd && looksLikeRegistry(text.slice(start, firstSlash))
  const pathStart = hasHost ? firstSlash + 1 : start
  const hasTag = colon >= Math.max(slash, pathStart)
  return {
    registry: hasHost ? { from: start, text: text.slice(start, firstSlash) } : undefined,
    repository: { from: pathStart, text: text.slice(pathStart, hasTag ? colon : nameEnd) },
    tag: hasTag ? { from: colon + 1, text: text.slice(colon + 1, nameEnd) } : undefined,
    digest: at < 0 ? undefined : { from: at + 1, text: text.slice(at + 1) },
  }
}

function findFault(text: string, parts: Parts): Fault | undefined {
  const fault =
    registryFault(text, parts) ??
    repositoryFault(parts.repository) ??
    (parts.tag && tagFault(parts.tag)) ??
    (parts.digest && digestFault(parts.digest))
  if (fault === undefined) return undefined
  const nearest = nearestReference(parts)
  return nearest === undefined ? fault : { ...fault, nearest }
}

function registryFault(text: string, parts: Parts): Fault | undefined {
  const { registry, repository } = parts
  if (registry === undefined) return noRegistry(text, parts)
  if (canonicalRegistry(registry.text) === undefined) {
    return { ...spanOf(registry), says: 'not a registry: host, host:port or [ipv6]:port' }
  }
  if (repository.text !== '') return undefined
  return { ...spanOf(repository), says: 'a repository is missing after the registry' }
}

function noRegistry(text: string, parts: Parts): Fault {
  const { repository, tag } = parts
  const alone = tag === undefined ? repository.text : `${repository.text}:${tag.text}`
  if (alone === '') return { from: 0, to: text.length, says: 'empty' }
  if (!repository.text.includes('/') && looksLikeRegistry(repository.text)) {
    return {
      from: repository.from,
      to: repository.from + alone.length,
      says: 'a registry without a repository',
    }
  }
  const nearest = nearestReference(parts)
  return {
    from: repository.from,
    to: repository.from + repository.text.length,
    says: 'the registry is missing before it',
    ...(nearest !== undefined && { hint: `Write ${nearest} for Docker Hub, or ./${alone} for a file.` }),
  }
}

function repositoryFault(repository: Piece): Fault | undefined {
  if (repository.text.length > maxRepositoryLength) {
    const from = repository.from + maxRepositoryLength
    const to = repository.from + repository.text.length
    return { from, to, says: `a repository has at most ${maxRepositoryLength} characters` }
  }
  let from = repository.from
  for (const part of repository.text.split('/')) {
    if (!componentGrammar.test(part)) {
      if (part === '') return { from: from - 1, to: from, says: 'an empty part' }
      const to = from + part.length
      const colon = part.indexOf(':')
      if (colon > 0)
        return { from: from + colon, to, says: 'one tag, and that at the end, is all there can be' }
      return {
        from,
        to,
        says: 'a repository is made of lower-case letters, digits and single . _ - or __ between them',
      }
    }
    from += part.length + 1
  }
  return undefined
}

function tagFault(tag: Piece): Fault | undefined {
  if (isTag(tag.text)) return undefined
  if (tag.text === '') return { from: tag.from - 1, to: tag.from, says: 'an empty tag' }
  if (tag.text.length > maxTagLength) {
    const from = tag.from + maxTagLength
    return { from, to: tag.from + tag.text.length, says: `a tag has at most ${maxTagLength} characters` }
  }
  return { ...spanOf(tag), says: 'a tag is made of letters, digits, _ . - and starts with no . or -' }
}

function digestFault(digest: Piece): Fault | undefined {
  if (isDigest(digest.text)) return undefined
  const from = digest.text === '' ? digest.from - 1 : digest.from
  return {
    from,
    to: digest.from + digest.text.length,
    says: 'a digest is algorithm:hex (sha256: and 64 hex digits)',
  }
}

/** What was probably meant: cases folded, illegal characters replaced or left out, Docker Hub where no host is. */
function nearestReference(parts: Parts): string | undefined {
  if (parts.registry === undefined && looksLikeRegistry(parts.repository.text.split('/')[0] ?? ''))
    return undefined
  const registry = canonicalRegistry(parts.registry?.text ?? dockerHub)
  const path = parts.repository.text
    .split('/')
    .map(nearestComponent)
    .filter((part) => part !== '')
    .join('/')
  const tag = parts.tag?.text
    .replaceAll('+', '_')
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[.-]+/, '')
  const digest = parts.digest?.text.toLowerCase() || undefined
  if (registry === undefined || !isRepository(path)) return undefined
  if ((tag && !isTag(tag)) || (digest !== undefined && !isDigest(digest))) return undefined
  const repository = onDockerHub(registry, path)
  return formatReference({
    registry,
    repository,
    ...(tag && { tag }),
    ...(digest !== undefined && { digest }),
  })
}

/** A colon is left for the grammar to refuse: which of two tags was meant nobody knows. */
function nearestComponent(part: string): string {
  const lower = part.toLowerCase()
  if (componentGrammar.test(lower)) return lower
  return lower
    .replaceAll(/[^a-z0-9._:-]/g, '-')
    .replaceAll(/[._-]+/g, (run) => run[0]!)
    .replaceAll(/^[._-]|[._-]$/g, '')
}

function assemble(parts: Parts): Reference {
  const registry = canonicalRegistry(parts.registry?.text ?? '') ?? ''
  return {
    registry,
    repository: onDockerHub(registry, parts.repository.text),
    ...(parts.tag && { tag: parts.tag.text }),
    ...(parts.digest && { digest: parts.digest.text }),
  }
}

/** Docker Hub keeps one-part names below `library/`. */
function onDockerHub(registry: string, path: string): string {
  return registry === dockerHub && !path.includes('/') ? `library/${path}` : path
}

function canonicalHost(name: string): string | undefined {
  if (name.startsWith('[')) {
    const url = URL.parse(`http://${name}`)
    return url !== null && !name.includes('%') ? url.hostname : undefined
  }
  const lower = name.toLowerCase()
  return lower.length <= 255 && nameGrammar.test(lower) ? lower : undefined
}

function spanOf(piece: Piece): { readonly from: number; readonly to: number } {
  return { from: piece.from, to: piece.from + piece.text.length }
}

const patternHint =
  'A pattern stands for several, and this takes one: see what fits with ls, or with tags --match.'

function refuse(text: string, fault: Fault): OcishError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
  const { from, to, says } = fault
  // What somebody meant by a pattern is not a name with another character in its place.
  const isPattern = /[*?]/.test(text.slice(from, to))
  const nearest = isPattern ? undefined : fault.nearest
  const hint = isPattern ? patternHint : (fault.hint ?? (nearest && `Write ${nearest}.`))
  return new OcishError('REFERENCE_INVALID', `invalid reference ${JSON.stringify(shown)}: ${says}`, {
    ...(hint !== undefined && { hint }),
    details: {
      input: text.slice(0, maxReferenceLength),
      span: { from, to },
      ...(nearest !== undefined && { nearest }),
    },
  })
}

import { isDigest, parseDigest } from './digest.ts'
import { hasCode, OcishError, type Span } from './errors.ts'
import type { CacheLocation, FileLocation, KindLocation, Location, RegistryLocation } from './location.ts'
import {
  canonicalRegistry,
  dockerHub,
  formatReference,
  isTag,
  looksLikeRegistry,
  parseReference,
  type Reference,
} from './reference.ts'

/** The schemes that kinds open, beside those that every location has. */
export interface LocationOptions {
  /** Schemes that kinds declared (`ostree`). */
  readonly kindSchemes?: readonly string[]
}

/** What other tools call a transport; each with the way out. */
const foreignSchemes: Readonly<Record<string, string>> = {
  'docker-daemon': 'Save it with docker save -o FILE first, then use tar:FILE.',
  'containers-storage': 'Save it with podman save --format oci-archive -o FILE first, then use tar:FILE.',
  'oci-archive': 'Write tar:FILE.',
  dir: 'Copy it to an image layout with skopeo first, then use oci:DIR.',
  http: 'Leave the scheme out; --plain-http talks HTTP.',
  https: 'Leave the scheme out.',
  file: 'Write the path alone, as ./FILE or /FILE.',
}

/**
 * Reads a location; nothing is opened. `REF//path` gives `inner`; a path starts with `.`, `/`, `~` or a drive letter.
 * Errors: REFERENCE_INVALID, LOCATION_INVALID, LOCATION_UNSUPPORTED, DIGEST_INVALID, all with `details.span`.
 */
export function parseLocation(text: string, options: LocationOptions = {}): Location {
  if (text === '-') return { scheme: 'stdio', text }
  if (isPath(text)) return { scheme: 'path', path: text, text }
  if (text.startsWith('oci:///')) {
    const nearest = `oci:${text.slice('oci://'.length)}`
    throw invalid(text, { from: 4, to: 6 }, 'oci:// stands before a registry', nearest)
  }
  if (/^(?:oci|docker):\/\//.test(text)) return registryLocation(text, text.indexOf('//') + 2)
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/.exec(text)?.[0] ?? ''
  const start = scheme.length + 1
  if (scheme === 'oci' || scheme === 'tar') return fileLocation(scheme, text, start)
  if (scheme === 'docker-archive') return dockerArchive(text, start)
  if (scheme === 'cache') return cacheLocation(text, start)
  if (options.kindSchemes?.includes(scheme) === true) return kindLocation(scheme, text, start)
  const hint = foreignHint(scheme, text.slice(start))
  if (hint !== undefined) {
    throw new OcishError('LOCATION_UNSUPPORTED', `${scheme}: is not a location`, {
      hint,
      details: { input: text, span: { from: 0, to: start } },
    })
  }
  return registryLocation(text, 0)
}

/** The canonical text of a location: `parseLocation` gives the same location back, but for `text`. */
export function formatLocation(location: Location): string {
  switch (location.scheme) {
    case 'stdio':
      return '-'
    case 'path':
      return location.path
    case 'kind':
      return `${location.name}:${location.rest}${innerText(location.inner)}`
    case 'registry':
      return formatRemote(location)
    case 'cache':
      return `cache:${formatRemote(location)}`
    case 'oci':
    case 'tar':
    case 'docker-archive':
      return `${location.scheme}:${location.path}${versionText(location)}${innerText(location.inner)}`
    default:
      return location satisfies never
  }
}

function isPath(text: string): boolean {
  return /^(?:\.{1,2}|~)?\/|^\.{1,2}$|^~$|^[A-Za-z]:[\\/]|^\.{1,2}\\/.test(text)
}

function foreignHint(scheme: string, rest: string): string | undefined {
  if (!Object.hasOwn(foreignSchemes, scheme)) return undefined
  // `dir:v1` may be an image called dir, `http:8080/a` a host; with `//` they can only be what other tools mean.
  const isShortName = scheme === 'dir' || scheme === 'file' || scheme.startsWith('http')
  if (isShortName && !/^[./]/.test(rest)) return undefined
  const address = /^\/\/([^/]+\/.*[^/])$/.exec(rest)?.[1]
  if (address === undefined || !scheme.startsWith('http')) return foreignSchemes[scheme]
  return scheme === 'https'
    ? `Write ${address}.`
    : `Write ${address}, with --plain-http where it speaks no HTTPS.`
}

function registryLocation(text: string, start: number): RegistryLocation {
  return { scheme: 'registry', ...remote(text, start), text }
}

function cacheLocation(text: string, start: number): CacheLocation {
  if (text.length === start) return { scheme: 'cache', text }
  return { scheme: 'cache', ...remote(text, start), text }
}

type Remote = Omit<RegistryLocation, 'scheme' | 'text'>

/** `REF`, `REF//inner`, `host`, `host/`, `host/namespace/`. */
function remote(text: string, start: number): Remote {
  const { body, inner } = splitInner(text, start)
  if (inner === undefined && body.endsWith('/')) return namespace(text, body.slice(0, -1), start)
  const registry = inner === undefined ? registryAlone(body) : undefined
  if (registry !== undefined) return { registry }
  const reference = shifted(text, start, () => parseReference(body))
  return { ...reference, ...(inner !== undefined && { inner }) }
}

function namespace(text: string, body: string, start: number): Remote {
  const slash = body.indexOf('/')
  const host = slash < 0 ? body : body.slice(0, slash)
  const registry = canonicalRegistry(host)
  if (registry !== undefined && slash < 0) return { registry, namespace: true }
  const { repository, tag, digest } = shifted(text, start, () => parseReference(body))
  if (registry === undefined || tag !== undefined || digest !== undefined) {
    const span = { from: text.length - 1, to: text.length }
    throw new OcishError(
      'REFERENCE_INVALID',
      `invalid reference ${JSON.stringify(text)}: a slash after the tag or digest`,
      {
        hint: `Write ${body}.`,
        details: { input: text, span, nearest: body },
      },
    )
  }
  // Below a trailing slash nothing is implied: docker.io/team/ is a namespace, not library/team.
  return {
    registry,
    repository: registry === dockerHub ? body.slice(slash + 1) : repository,
    namespace: true,
  }
}

/** `ghcr.io`, `localhost:5000`, `[::1]:5000`; `app:1` is no registry, `app:5000/` is one. */
function registryAlone(body: string): string | undefined {
  if (body.includes('/') || body.includes('@')) return undefined
  const name = body.replace(/:\d+$/, '')
  return looksLikeRegistry(name) ? canonicalRegistry(body) : undefined
}

function fileLocation(scheme: 'oci' | 'tar', text: string, start: number): FileLocation {
  const { body, inner } = splitInner(text, start)
  const digestAt = /@(?:sha256|sha512|blake3):[^/@]*$/.exec(body)?.index ?? body.length
  const digest = digestAt < body.length ? body.slice(digestAt + 1) : undefined
  if (digest !== undefined) shifted(text, start + digestAt + 1, () => parseDigest(digest))
  const { path, tag } = splitName(body.slice(0, digestAt))
  if (path === '') throw invalid(text, { from: 0, to: start }, `${scheme}: needs a path`)
  const position = digest === undefined ? positionOf(tag) : undefined
  if (tag !== undefined && position === undefined && !isLayoutName(tag)) {
    const from = start + path.length + (tag === '' ? 0 : 1)
    throw invalid(text, { from, to: start + path.length + 1 + tag.length }, 'not a tag')
  }
  return {
    scheme,
    path,
    ...(position !== undefined ? { position } : tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(inner !== undefined && { inner }),
    text,
  }
}

/** What follows the file is an image's name as Docker and skopeo read it: a tag alone is none, `latest` is implied. */
function dockerArchive(text: string, start: number): FileLocation {
  const { body, inner } = splitInner(text, start)
  const colon = body.indexOf(':', /^[A-Za-z]:[\\/]/.test(body) ? 2 : 0)
  const path = colon < 0 ? body : body.slice(0, colon)
  if (path === '') throw invalid(text, { from: 0, to: start }, 'docker-archive: needs a path')
  const name = colon < 0 ? undefined : body.slice(colon + 1)
  const position = positionOf(name)
  const isName = name !== undefined && position === undefined
  return {
    scheme: 'docker-archive',
    path,
    ...(isName && { tag: imageName(text, start + colon + 1, name) }),
    ...(position !== undefined && { position }),
    ...(inner !== undefined && { inner }),
    text,
  }
}

/** `@N`: the image at that place of the file, as skopeo writes it. */
function positionOf(name: string | undefined): number | undefined {
  return name !== undefined && /^@\d{1,9}$/.test(name) ? Number(name.slice(1)) : undefined
}

/** Without a registry it is one of Docker Hub. */
function imageName(text: string, start: number, name: string): string {
  const slash = name.indexOf('/')
  const isWhole = slash > 0 && looksLikeRegistry(name.slice(0, slash))
  const hub = slash < 0 ? `${dockerHub}/library/` : `${dockerHub}/`
  try {
    const reference = parseReference(isWhole ? name : `${hub}${name}`)
    if (reference.digest === undefined)
      return formatReference({ ...reference, tag: reference.tag ?? 'latest' })
  } catch (error) {
    if (!hasCode(error, 'REFERENCE_INVALID', 'DIGEST_INVALID')) throw error
  }
  throw invalid(text, { from: start, to: start + name.length }, 'not the name of an image, as app:1')
}

/**
 * A tag follows the last colon after the last slash; but a whole reference may name an entry as well
 * (`oci:DIR:ghcr.io/a/b:1`, as containerd and skopeo write them). The colon of a drive letter is neither.
 */
function splitName(body: string): { readonly path: string; readonly tag?: string } {
  const first = /^[A-Za-z]:[\\/]/.test(body) ? 2 : 0
  for (let colon = body.indexOf(':', first); colon >= 0; colon = body.indexOf(':', colon + 1)) {
    const tag = body.slice(colon + 1)
    if (!/[\\/]/.test(tag) || isFullReference(tag)) return { path: body.slice(0, colon), tag }
  }
  return { path: body }
}

function isFullReference(text: string): boolean {
  try {
    return text.includes('/') && !text.startsWith('/') && parseReference(text).digest === undefined
  } catch (error) {
    if (hasCode(error, 'REFERENCE_INVALID')) return false
    throw error
  }
}

/** A tag as a layout may hold it: `+` is legal there (image-spec, annotations.md, ref.name), and so is a reference. */
function isLayoutName(tag: string): boolean {
  return isTag(tag.replaceAll('+', '_')) || isFullReference(tag)
}

function kindLocation(name: string, text: string, start: number): KindLocation {
  const { body, inner } = splitInner(text, start)
  if (body === '') throw invalid(text, { from: 0, to: start }, `${name}: needs something after the colon`)
  return { scheme: 'kind', name, rest: body, ...(inner !== undefined && { inner }), text }
}

function splitInner(text: string, start: number): { readonly body: string; readonly inner?: string } {
  const at = text.indexOf('//', start)
  if (at < 0) return { body: text.slice(start) }
  if (at === start) {
    const nearest = text.slice(0, start) + text.slice(start).replace(/^\/+/, '/')
    throw invalid(text, { from: at, to: at + 2 }, 'nothing before //', nearest)
  }
  const inner = text.slice(at + 2).replace(/^\/+/, '')
  return { body: text.slice(start, at), inner }
}

/** Runs a parser on a part of the text; its span then speaks of the whole. */
function shifted<T>(text: string, by: number, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const span = hasCode(error, 'REFERENCE_INVALID', 'DIGEST_INVALID')
      ? spanOf(error.details?.['span'])
      : undefined
    if (span === undefined || !hasCode(error, 'REFERENCE_INVALID', 'DIGEST_INVALID')) throw error
    const moved = { from: span.from + by, to: Math.min(span.to + by, text.length) }
    throw new OcishError(error.code, error.message, {
      ...(error.hint !== undefined && { hint: error.hint }),
      details: { ...error.details, input: text, span: moved },
    })
  }
}

function spanOf(value: unknown): Span | undefined {
  return typeof value === 'object' && value !== null ? (value as Span) : undefined
}

function formatRemote(location: RegistryLocation | CacheLocation): string {
  const { registry, repository, tag, digest, inner, namespace: below } = location
  if (registry === undefined) return ''
  if (repository === undefined) return `${registry}${below ? '/' : ''}`
  if (below) return `${registry}/${repository}/`
  const reference: Reference = {
    registry,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  }
  return formatReference(reference) + innerText(inner)
}

function versionText(location: {
  readonly tag?: string
  readonly digest?: string
  readonly position?: number
}): string {
  const { tag, digest, position } = location
  if (position !== undefined) return `:@${position}`
  return `${tag === undefined ? '' : `:${tag}`}${digest !== undefined && isDigest(digest) ? `@${digest}` : ''}`
}

function innerText(inner: string | undefined): string {
  return inner === undefined ? '' : `//${inner}`
}

function invalid(text: string, span: Span, says: string, nearest?: string): OcishError {
  return new OcishError(
    'LOCATION_INVALID',
    `invalid location ${JSON.stringify(text.slice(0, 200))}: ${says}`,
    {
      ...(nearest !== undefined && { hint: `Write ${nearest}.` }),
      details: { input: text, span, ...(nearest !== undefined && { nearest }) },
    },
  )
}

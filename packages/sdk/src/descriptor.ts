import { canVerify, algorithmOf, digestOf, isDigest, maxDigestLength } from './digest.ts'
import { lookalikeMember } from './decisive-members.ts'
import { OcishError } from './errors.ts'
import { isJsonObject } from './json.ts'

/** String to string; parsed ones have no prototype, so a key named `__proto__` is only data. */
export type Annotations = Readonly<Record<string, string>>

/** image-spec, image-index.md, `platform`. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
}

/** image-spec, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  /** Bytes, an integer from 0 to 2^53 − 1. */
  readonly size: number
  readonly urls?: readonly string[]
  readonly annotations?: Annotations
  /** The content itself in base64. */
  readonly data?: string
  readonly platform?: Platform
  readonly artifactType?: string
}

const maxMediaTypeLength = 512

/**
 * Reads a descriptor out of parsed JSON; `where` names it in errors (`layers[2]`). Unknown members are ignored.
 * Errors: MANIFEST_INVALID.
 */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  if (!isJsonObject(value)) throw invalid(`${where} is not a descriptor`)
  const lookalike = lookalikeMember(value)
  if (lookalike !== undefined) {
    throw invalid(`${where} has the member ${JSON.stringify(lookalike)}, which other tools read differently`)
  }
  const mediaType = text(value['mediaType'], `${where}.mediaType`)
  if (mediaType === undefined) throw invalid(`${where}.mediaType is missing`)
  if (mediaType.length > maxMediaTypeLength) throw invalid(`${where}.mediaType is too long`)
  const urls = list(value['urls'], `${where}.urls`)
  const annotations = parseAnnotations(value['annotations'], `${where}.annotations`)
  const data = text(value['data'], `${where}.data`)
  const platform = parsePlatformObject(value['platform'], `${where}.platform`)
  const artifactType = text(value['artifactType'], `${where}.artifactType`)
  return {
    mediaType,
    digest: digest(value['digest'], `${where}.digest`),
    size: size(value['size'], `${where}.size`),
    ...(urls && { urls }),
    ...(annotations && { annotations }),
    ...(data !== undefined && { data }),
    ...(platform && { platform }),
    ...(artifactType !== undefined && { artifactType }),
  }
}

/** Reads annotations; absent and null are undefined. Errors: MANIFEST_INVALID when a value is no string. */
export function parseAnnotations(value: unknown, where: string): Annotations | undefined {
  if (value === undefined || value === null) return undefined
  if (!isJsonObject(value)) throw invalid(`${where} is not an object`)
  const annotations = Object.create(null) as Record<string, string>
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'string')
      throw invalid(`${where}: the value of ${JSON.stringify(key)} is not a string`)
    annotations[key] = entry
  }
  return annotations
}

/** The content that a descriptor carries in `data`; undefined when there is none or it does not fit size and digest. */
export function inlineData(descriptor: Descriptor): Uint8Array | undefined {
  const { data, size: expected } = descriptor
  if (data === undefined || data.length !== 4 * Math.ceil(expected / 3)) return undefined
  if (!canVerify(descriptor.digest)) return undefined
  const bytes = new Uint8Array(Buffer.from(data, 'base64'))
  // Buffer skips what is no base64; what is written back the same was exact.
  if (bytes.length !== expected || Buffer.from(bytes).toString('base64') !== data) return undefined
  return digestOf(bytes, algorithmOf(descriptor.digest)) === descriptor.digest ? bytes : undefined
}

/** True when both name the same content. */
export function isSameContent(a: Descriptor, b: Descriptor): boolean {
  return a.digest === b.digest && a.size === b.size && a.mediaType === b.mediaType
}

function parsePlatformObject(value: unknown, where: string): Platform | undefined {
  if (value === undefined || value === null) return undefined
  if (!isJsonObject(value)) throw invalid(`${where} is not an object`)
  const variant = text(value['variant'], `${where}.variant`)
  const version = text(value['os.version'], `${where}.os.version`)
  const features = list(value['os.features'], `${where}.os.features`)
  return {
    architecture: text(value['architecture'], `${where}.architecture`) ?? '',
    os: text(value['os'], `${where}.os`) ?? '',
    ...(version !== undefined && { 'os.version': version }),
    ...(features && { 'os.features': features }),
    ...(variant !== undefined && { variant }),
  }
}

function digest(value: unknown, where: string): string {
  if (typeof value === 'string' && isDigest(value)) return value
  const shown = typeof value === 'string' ? ` ${JSON.stringify(value.slice(0, maxDigestLength / 4))}` : ''
  throw invalid(`${where}${shown} is not a digest`)
}

function size(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw invalid(`${where} is not a number of bytes`)
}

/** A string that is there; the empty one counts as absent, as Go's `omitempty` has it. */
function text(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw invalid(`${where} is not a string`)
}

function list(value: unknown, where: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value
  throw invalid(`${where} is not a list of strings`)
}

function invalid(message: string): OcishError {
  return new OcishError('MANIFEST_INVALID', message)
}

import {
  algorithmOf,
  type Annotations,
  type Descriptor,
  digestOf,
  hasCode,
  manifestArtifactType,
  maxManifestSize,
  OcishError,
  parseDigest,
  parseManifest,
} from '@ocish/sdk'
import { requiredParts, successors } from '@ocish/core'
import type { ContentSource } from './content-source.ts'

const maxRemembered = 10_000

/** What a manifest says about itself and others; true for ever, since it is found by its digest. */
export interface ManifestFacts {
  readonly mediaType: string
  /** Bytes. */
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Annotations
  readonly subject?: string
  /** Manifests of an index. */
  readonly children: readonly Descriptor[]
  /** Everything it points down to. */
  readonly parts: readonly Descriptor[]
  /** The parts, but for those that live elsewhere. */
  readonly required: readonly Descriptor[]
}

/** Errors: MANIFEST_INVALID, LIMIT_EXCEEDED, UNSUPPORTED. */
export function manifestFacts(bytes: Uint8Array, mediaType?: string): ManifestFacts {
  const manifest = parseManifest(bytes, mediaType)
  const artifactType = manifestArtifactType(manifest)
  return {
    mediaType: manifest.mediaType,
    size: bytes.length,
    ...(artifactType !== undefined && { artifactType }),
    ...(manifest.annotations !== undefined && { annotations: manifest.annotations }),
    ...(manifest.subject !== undefined && { subject: manifest.subject.digest }),
    children: manifest.form === 'index' ? manifest.manifests : [],
    parts: successors(manifest),
    required: requiredParts(manifest),
  }
}

/** The descriptor of a referrer, as the Referrers API lists it. */
export function referrerDescriptor(digest: string, facts: ManifestFacts): Descriptor {
  const { mediaType, size, artifactType, annotations } = facts
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  }
}

/** Reads manifests and remembers what they say. */
export class ManifestReader {
  readonly #source: ContentSource
  readonly #facts = new Map<string, ManifestFacts>()

  constructor(source: ContentSource) {
    this.#source = source
  }

  /** Undefined: not here. Errors: LIMIT_EXCEEDED, DIGEST_MISMATCH. */
  async bytes(digest: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return await this.#source.read(digest, maxManifestSize, signal)
  }

  async has(digest: string): Promise<boolean> {
    return (await this.#source.stat(digest)) !== undefined
  }

  /** Undefined: not here, or no manifest. Errors: DIGEST_MISMATCH. */
  async facts(digest: string, signal?: AbortSignal): Promise<ManifestFacts | undefined> {
    const known = this.#facts.get(digest)
    if (known !== undefined) return known
    try {
      const bytes = await this.bytes(digest, signal)
      if (bytes === undefined) return undefined
      const facts = manifestFacts(bytes)
      this.#remember(digest, facts)
      return facts
    } catch (error) {
      if (hasCode(error, 'MANIFEST_INVALID', 'LIMIT_EXCEEDED', 'UNSUPPORTED')) return undefined
      throw error
    }
  }

  #remember(digest: string, facts: ManifestFacts): void {
    const oldest = this.#facts.keys().next()
    if (this.#facts.size >= maxRemembered && !oldest.done) this.#facts.delete(oldest.value)
    this.#facts.set(digest, facts)
  }
}

/**
 * The digest that pushed bytes are stored under: `told`, or sha256.
 * Errors: LIMIT_EXCEEDED, DIGEST_MISMATCH, DIGEST_INVALID.
 */
export function manifestDigest(bytes: Uint8Array, told?: string): string {
  if (bytes.length > maxManifestSize) {
    throw new OcishError(
      'LIMIT_EXCEEDED',
      `the manifest has ${bytes.length} bytes, more than ${maxManifestSize}`,
    )
  }
  const digest = digestOf(bytes, told === undefined ? 'sha256' : algorithmOf(told))
  if (told === undefined || digest === told) return digest
  throw new OcishError('DIGEST_MISMATCH', `content of ${told} has the digest ${digest}`)
}

/** A reference that is no tag: a digest. Undefined for what can only be a tag. Errors: DIGEST_INVALID. */
export function findManifestDigest(reference: string): string | undefined {
  if (!reference.includes(':')) return undefined
  parseDigest(reference)
  return reference
}

/** The error for a reference that leads nowhere. */
export function manifestNotFound(repository: string, reference: string, where: string): OcishError {
  const separator = reference.includes(':') ? '@' : ':'
  return new OcishError('MANIFEST_NOT_FOUND', `no manifest ${repository}${separator}${reference} in ${where}`)
}

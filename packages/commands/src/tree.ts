import { formatPlatform } from '@ocish/core'
import { type Descriptor, hasCode, isManifestMediaType, type Manifest, parseManifest } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { kindName, sizeOf } from './artifact-facts.ts'
import { isSet, numberFlag, textArg } from './call-values.ts'
import { genericKindOfType } from './generic-kind.ts'
import { openArtifact, readManifest, type Named } from './open-artifact.ts'
import { referrerKind } from './referrer-kind.ts'
import { directReferrers } from './referrers-of.ts'
import type { Services } from './services.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const artifact = await openArtifact(textArg(call, 'ref'), services, signal)
  const { content, manifest } = await readManifest(artifact, services, signal)
  const walk = new Walk(artifact, services, signal, {
    depth: numberFlag(call, 'depth') ?? 8,
    referrers: isSet(call, 'referrers'),
    layers: isSet(call, 'layers'),
  })
  yield* walk.node(content.descriptor, manifest, { depth: 0, label: artifact.location.text })
}

interface WalkOptions {
  readonly depth: number
  readonly referrers: boolean
  readonly layers: boolean
}

/** Where a node stands, under which label, and what it is to the node above it. */
interface Place {
  readonly depth: number
  readonly label: string
  readonly relation?: 'entry' | 'config' | 'layer' | 'referrer'
}

/** One walk over an artifact: a manifest that was shown already is named again but not opened again (T39). */
class Walk {
  readonly #artifact: Named
  readonly #services: Services
  readonly #signal: AbortSignal
  readonly #options: WalkOptions
  readonly #seen = new Set<string>()

  constructor(artifact: Named, services: Services, signal: AbortSignal, options: WalkOptions) {
    this.#artifact = artifact
    this.#services = services
    this.#signal = signal
    this.#options = options
  }

  async *node(descriptor: Descriptor, manifest: Manifest, place: Place): AsyncGenerator<Row, void> {
    const again = this.#seen.has(descriptor.digest)
    this.#seen.add(descriptor.digest)
    yield this.#row(descriptor, place, {
      kind: await kindName(this.#artifact, manifest, this.#services),
      size: sizeOf(manifest) ?? descriptor.size,
      note: again ? 'shown above' : noteOf(manifest),
    })
    if (again || place.depth >= this.#options.depth) return
    yield* this.#parts(manifest, place.depth + 1)
    if (this.#options.referrers) yield* this.#referrers(descriptor.digest, place.depth + 1)
  }

  async *#parts(manifest: Manifest, depth: number): AsyncGenerator<Row, void> {
    if (manifest.form === 'index') {
      for (const entry of manifest.manifests)
        yield* this.#open(entry, { depth, label: labelOf(entry), relation: 'entry' })
    } else if (this.#options.layers) {
      if (manifest.form === 'image')
        yield this.#blob(manifest.config, { depth, label: 'config', relation: 'config' })
      for (const layer of manifest.form === 'image' ? manifest.layers : manifest.blobs)
        yield this.#blob(layer, { depth, label: titleOf(layer) ?? 'layer', relation: 'layer' })
    }
  }

  async *#referrers(digest: string, depth: number): AsyncGenerator<Row, void> {
    for await (const referrer of directReferrers(this.#artifact, digest, this.#signal)) {
      const label = `referrer ${referrerKind(referrer, this.#services.kinds.list())}`
      yield* this.#open(referrer, { depth, label, relation: 'referrer' })
    }
  }

  /** An entry that is not there (a sparse index) is a line with a note, not a failure. */
  async *#open(entry: Descriptor, place: Place): AsyncGenerator<Row, void> {
    if (!isManifestMediaType(entry.mediaType)) {
      yield this.#blob(entry, place)
      return
    }
    const read = await this.#read(entry)
    if (read === undefined) {
      yield this.#row(entry, place, {
        kind: genericKindOfType(entry.artifactType),
        size: entry.size,
        note: 'not there',
      })
    } else {
      yield* this.node(entry, read, place)
    }
  }

  async #read(entry: Descriptor): Promise<Manifest | undefined> {
    const { registry, repository } = this.#artifact
    try {
      const { bytes, descriptor } = await registry.openManifest(repository, entry.digest, {
        signal: this.#signal,
      })
      return parseManifest(bytes, descriptor.mediaType)
    } catch (error) {
      if (hasCode(error, 'MANIFEST_NOT_FOUND')) return undefined
      throw error
    }
  }

  #blob(descriptor: Descriptor, place: Place): Row {
    return this.#row(descriptor, place, { kind: 'blob', size: descriptor.size })
  }

  #row(
    descriptor: Descriptor,
    { depth, label, relation }: Place,
    {
      kind,
      size,
      note,
    }: { readonly kind: string; readonly size: number; readonly note?: string | undefined },
  ): Row {
    const { digest, mediaType, platform } = descriptor
    return {
      depth,
      label,
      ref: `${this.#artifact.display}@${digest}`,
      kind,
      digest,
      size,
      mediaType,
      ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
      ...(note === undefined ? {} : { note }),
      ...(relation === undefined ? {} : { relation }),
    }
  }
}

function labelOf(entry: Descriptor): string {
  if (entry.platform !== undefined) return formatPlatform(entry.platform)
  return entry.annotations?.['org.opencontainers.image.ref.name'] ?? genericKindOfType(entry.artifactType)
}

function titleOf(layer: Descriptor): string | undefined {
  return layer.annotations?.['org.opencontainers.image.title']
}

function noteOf(manifest: Manifest): string | undefined {
  if (manifest.form === 'index') return `${manifest.manifests.length} entries`
  const count = manifest.form === 'image' ? manifest.layers.length : manifest.blobs.length
  return count === 1 ? '1 layer' : `${count} layers`
}

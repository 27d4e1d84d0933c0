import type { Place } from '@ocish/core'
import {
  collect,
  docker,
  formatPlatform,
  hasCode,
  isJsonObject,
  type Manifest,
  oci,
  parseJson,
  successors,
} from '@ocish/core'
import { artifactTypeOf, genericKind } from './generic-kind.ts'
import type { Services } from './services.ts'

/** What is the same for every artifact, whatever its kind. */
export interface ArtifactFacts {
  readonly kind: string
  readonly artifactType?: string
  /** Bytes of configuration and layers; absent for an index, whose entries were not read. */
  readonly size?: number
  readonly created?: Date
  readonly platforms?: readonly string[]
}

const configLimit = 16 * 1024 * 1024

/** The kind that recognises the manifest, else a generic word for it. */
export async function kindName(place: Place, manifest: Manifest, services: Services): Promise<string> {
  try {
    const match = await services.kinds.match(place, { manifest })
    return match?.name ?? genericKind(manifest)
  } catch (error) {
    // Which of two kinds is meant is asked where one of them is used; a list has a word for it all the same.
    if (hasCode(error, 'KIND_AMBIGUOUS')) return genericKind(manifest)
    throw error
  }
}

/** Reads what a manifest and, for an image, its configuration tell. `created: false` saves the configuration's request. */
export async function artifactFacts(
  place: Place,
  manifest: Manifest,
  services: Services,
  options: { readonly signal: AbortSignal; readonly created: boolean },
): Promise<ArtifactFacts> {
  const artifactType = artifactTypeOf(manifest)
  const size = sizeOf(manifest)
  const created = options.created ? await createdOf(place, manifest, options.signal) : undefined
  const platforms = platformsOf(manifest)
  return {
    kind: await kindName(place, manifest, services),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(size === undefined ? {} : { size }),
    ...(created === undefined ? {} : { created }),
    ...(platforms.length === 0 ? {} : { platforms }),
  }
}

/** Bytes of configuration and layers; undefined for an index. */
export function sizeOf(manifest: Manifest): number | undefined {
  if (manifest.form === 'index') return undefined
  return successors(manifest).reduce((sum, part) => sum + part.size, 0)
}

function platformsOf(manifest: Manifest): readonly string[] {
  if (manifest.form !== 'index') return []
  return manifest.manifests.flatMap((entry) =>
    entry.platform === undefined || entry.platform.os === 'unknown' ? [] : [formatPlatform(entry.platform)],
  )
}

async function createdOf(place: Place, manifest: Manifest, signal: AbortSignal): Promise<Date | undefined> {
  const annotated = timeOf(manifest.annotations?.['org.opencontainers.image.created'])
  if (annotated !== undefined || manifest.form !== 'image') return annotated
  if (manifest.config.mediaType !== oci.config && manifest.config.mediaType !== docker.config)
    return undefined
  const blob = await place.registry.openBlob(place.repository, manifest.config, { signal })
  const bytes = await collect(blob.bytes, { limit: configLimit, what: 'the configuration', signal })
  const config = parseJson(bytes, { what: 'the configuration', code: 'MANIFEST_INVALID' })
  return isJsonObject(config) ? timeOf(config['created']) : undefined
}

/** RFC 3339 to a time; the zero time of Go and what is no time are absent. */
export function timeOf(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return undefined
  const time = new Date(value)
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() <= 1 ? undefined : time
}

import type { Place } from '@ocish/core'
import {
  collect,
  type Annotations,
  type Descriptor,
  docker,
  isJsonObject,
  type Manifest,
  oci,
  parseJson,
} from '@ocish/sdk'

/** Bytes of the largest configuration that is read to choose a kind. */
const maxSize = 1024 * 1024

/**
 * The labels of an image's configuration (image-spec, config.md, `config.Labels`); nothing for other manifests, for a
 * configuration above 1 MiB and for one that cannot be read as JSON: then no label matches.
 */
export async function configLabels(
  place: Place,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<Annotations | undefined> {
  if (manifest.form !== 'image') return undefined
  const { config } = manifest
  if (config.mediaType !== oci.config && config.mediaType !== docker.config) return undefined
  return config.size > maxSize ? undefined : labelsOf(await bytesOf(place, config, signal))
}

async function bytesOf(
  place: Place,
  config: Descriptor,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const blob = await place.registry.openBlob(place.repository, config, signal ? { signal } : {})
  return await collect(blob.bytes, { limit: maxSize, what: 'the configuration' })
}

function labelsOf(bytes: Uint8Array): Annotations | undefined {
  let document: unknown
  try {
    document = parseJson(bytes, { what: 'the configuration', code: 'MANIFEST_INVALID', maxSize })
  } catch {
    return undefined
  }
  const config = isJsonObject(document) ? document['config'] : undefined
  const labels = isJsonObject(config) ? config['Labels'] : undefined
  if (!isJsonObject(labels)) return undefined
  const pairs = Object.entries(labels).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(pairs))
}

import {
  type Artifact,
  defineKind,
  type Descriptor,
  docker,
  type FieldValue,
  type Kind,
  oci,
  OcishError,
} from '@ocish/sdk'
import { field } from './fields.ts'

/** One entry of an index. */
export interface IndexEntry {
  readonly digest: string
  /** Bytes of the manifest. */
  readonly size: number
  readonly platform?: string
  readonly artifactType?: string
  /** BuildKit: the digest of the entry that this one attests. */
  readonly attests?: string
}

/** The model of `index`: what an index offers, in its order. */
export interface ImageIndex {
  readonly entries: readonly IndexEntry[]
}

async function readIndex({ manifest }: Artifact): Promise<ImageIndex> {
  if (manifest.form !== 'index') throw new OcishError('KIND_INPUT_INVALID', 'the manifest is no index')
  return { entries: manifest.manifests.map(entryOf) }
}

function entryOf({ digest, size, platform, artifactType, annotations }: Descriptor): IndexEntry {
  const known = platform !== undefined && platform.os !== 'unknown'
  const attests =
    annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
      ? annotations['vnd.docker.reference.digest']
      : undefined
  const { os, architecture, variant } = platform ?? {}
  return {
    digest,
    size,
    ...(known && { platform: [os, architecture, variant].filter((part) => part !== undefined).join('/') }),
    ...(artifactType !== undefined && { artifactType }),
    ...(attests !== undefined && { attests }),
  }
}

function entryValue({ digest, platform, artifactType, attests }: IndexEntry): FieldValue {
  if (attests !== undefined) return `${digest} attestation of ${attests} (unsigned)`
  return `${digest} ${platform ?? artifactType ?? ''}`.trim()
}

/** Indexes, where no other kind knows better. */
export const imageIndex: Kind<ImageIndex> = defineKind<ImageIndex>({
  name: 'index',
  match: [
    { generic: true, manifestMediaType: oci.index },
    { generic: true, manifestMediaType: docker.list },
  ],
  read: readIndex,
  describe({ entries }) {
    const platforms = entries.flatMap(({ platform }) => platform ?? [])
    const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`
    return {
      title: platforms.length === 0 ? `index of ${count}` : `index for ${platforms.join(', ')}`,
      fields: [
        ...field('platforms', platforms, 'list'),
        ...field('entries', entries.map(entryValue), 'list'),
      ],
    }
  },
})

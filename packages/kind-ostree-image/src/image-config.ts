import { metadataText, type Commit } from '@ocish/ostree-repo'
import { digestOf, docker, encodeGoJson, type GoJson, oci, type Part, type Written } from '@ocish/sdk'
import type { Architecture } from './architecture.ts'
import { formatTime, type ImageOptions } from './image-options.ts'

/** What the configuration and the manifest of an image say of its commit. */
export interface ImageFacts {
  readonly checksum: string
  readonly commit: Commit
  readonly architecture: Architecture
  readonly options: ImageOptions
  /** Labels beside those of every image. */
  readonly labels: ReadonlyMap<string, string>
  /** What made each layer. */
  readonly history: readonly string[]
}

/** The labels of every image that is made from a commit; they are its annotations as well (ostree.md §11). */
export function labelsOf(facts: ImageFacts): ReadonlyMap<string, string> {
  const version = metadataText(facts.commit, 'version')
  return new Map([
    ['ostree.commit', facts.checksum],
    ...(version === undefined
      ? []
      : ([
          ['org.opencontainers.image.version', version],
          ['version', version],
        ] as const)),
    ['org.opencontainers.image.revision', facts.checksum],
    ...facts.labels,
    ...facts.options.labels,
  ])
}

/** What made the layer with a commit's own files. */
export function subjectOf(commit: Commit, checksum: string): string {
  return commit.subject === '' ? `ostree export of commit ${checksum}` : commit.subject
}

/** The configuration: canonical JSON, times of the commit, one history entry for each layer. */
export function configPart(facts: ImageFacts, written: readonly Written[]): Part {
  const bytes = encodeConfig(facts, written)
  const mediaType = facts.options.format === 'docker' ? docker.config : oci.config
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    open: async function* () {
      yield bytes
    },
  }
}

function encodeConfig(facts: ImageFacts, written: readonly Written[]): Uint8Array {
  const { commit, options, architecture } = facts
  const created = formatTime(options.created ?? commit.timestamp)
  const command = options.command ?? commandOf(commit)
  const config: GoJson = {
    architecture: architecture.architecture,
    variant: architecture.variant,
    os: 'linux',
    created,
    config: { Labels: labelsOf(facts), Cmd: command === undefined ? undefined : [...command] },
    rootfs: { type: 'layers', diff_ids: written.map(({ diffId }) => diffId) },
    history: facts.history.map((made) => ({ created, created_by: made })),
  }
  return new TextEncoder().encode(encodeGoJson(config, { sortKeys: true, escapeHtml: false }))
}

function commandOf(commit: Commit): readonly string[] | undefined {
  const value = commit.metadata.get('ostree.container-cmd')?.value
  const words: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined
  return words?.every((word) => typeof word === 'string') === true ? words : undefined
}

/** A manifest of Docker's schema 2, which has no annotations. */
export function dockerManifest(facts: ImageFacts, written: readonly Written[]): Uint8Array {
  const bytes = encodeConfig(facts, written)
  const manifest: GoJson = {
    schemaVersion: 2,
    mediaType: docker.manifest,
    config: { mediaType: docker.config, size: bytes.length, digest: digestOf(bytes) },
    layers: written.map(({ mediaType, size, digest }) => ({ mediaType, size, digest })),
  }
  return new TextEncoder().encode(encodeGoJson(manifest))
}

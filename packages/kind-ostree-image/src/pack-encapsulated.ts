import { metadataText, type Commit } from '@ocish/ostree-repo'
import { OcishError, type PackedManifest, type Part, type Written } from '@ocish/sdk'
import { binName, packComponents, repackComponents, type Bin } from './chunk-packing.ts'
import { ownershipOf, parseContentMeta, type Ownership } from './components.ts'
import { chunkLayer, commitLayer } from './encapsulated-entries.ts'
import { configPart, dockerManifest, labelsOf, subjectOf, type ImageFacts } from './image-config.ts'
import type { ImageOptions } from './image-options.ts'
import { layerPart } from './layer-part.ts'
import type { CommitSource } from './open-commit.ts'
import { chosenArchitecture } from './pack-plain.ts'
import { checkLayerLimit } from './layer-limit.ts'
import { scanCommit, type ScannedCommit, type ScannedObject } from './scan-commit.ts'

export interface EncapsulateOptions extends ImageOptions {
  readonly formatVersion: 1 | 2
  /** Content metadata of ostree-ext. */
  readonly contentMeta?: Uint8Array
  /** Component names by layer of an earlier build, without its commit layer. */
  readonly prior?: readonly (readonly string[])[]
  /** Keys of the commit's metadata that become labels; `optional` ones may be absent. */
  readonly copyMeta: readonly { readonly key: string; readonly optional: boolean }[]
}

interface Chunk {
  readonly objects: readonly ScannedObject[]
  readonly names: readonly string[]
  readonly history: string
}

const defaultLayers = 64

/**
 * An image with the objects of a commit in it, that bootc and ostree-ext take (ostree.md §15): the commit's own layer, and
 * its contents in as many layers as asked, by component. Errors: USAGE_INVALID_VALUE, those of reading a commit.
 */
export async function packEncapsulated(
  source: CommitSource,
  options: EncapsulateOptions,
  context: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): Promise<PackedManifest> {
  const scanned = await scanCommit(source, context.signal)
  refuseWhiteouts(scanned)
  const { chunks, rest } = await chunksOf(source, scanned, options)
  const { formatVersion } = options
  const parents = formatVersion === 2 ? scanned.folders : undefined
  const layers: readonly Part[] = [
    layerPart(() => commitLayer(source, scanned, rest), options),
    ...chunks.map(({ objects, names }) =>
      layerPart(() => chunkLayer(source, objects, parents), options, {
        'ostree.components': names.toSorted().join(','),
      }),
    ),
  ]
  const facts: ImageFacts = {
    checksum: source.checksum,
    commit: source.commit,
    architecture: chosenArchitecture(source, options, context.warn),
    options,
    labels: copiedLabels(source.commit, options),
    history: [subjectOf(source.commit, source.checksum), ...chunks.map(({ history }) => history)],
  }
  const withFinal = (written: readonly Written[]): ImageFacts => ({
    ...facts,
    labels: new Map([...facts.labels, ['ostree.final-diffid', written.at(-1)?.diffId ?? '']]),
  })
  return {
    layers,
    config: (written) => configPart(withFinal(written), written),
    annotations: (written) => Object.fromEntries([...labelsOf(withFinal(written)), ...options.annotations]),
    ...(options.format === 'docker' && {
      manifest: (written) => dockerManifest(withFinal(written), written),
    }),
  }
}

/** Without a limit of more than one layer there is only the commit's own. */
async function chunksOf(
  source: CommitSource,
  scanned: ScannedCommit,
  options: EncapsulateOptions,
): Promise<{ readonly chunks: readonly Chunk[]; readonly rest: readonly ScannedObject[] }> {
  const limit = options.maxLayers ?? defaultLayers
  const all = [...scanned.objects.values()]
  if (limit === 1) return { chunks: [], rest: all }
  checkLayerLimit(limit)
  const { ownership, bins } = await binsOf(source, scanned, options, limit)
  const chunks = bins.map((bin) => {
    const names = new Set(bin.map(({ name }) => name))
    const objects = all.filter(({ checksum }) => names.has(ownership.owner.get(checksum) ?? ''))
    return { objects, names: [...names], history: binName(bin) }
  })
  return { chunks, rest: all.filter(({ checksum }) => !ownership.owner.has(checksum)) }
}

async function binsOf(
  source: CommitSource,
  scanned: ScannedCommit,
  options: EncapsulateOptions,
  limit: number,
): Promise<{ readonly ownership: Ownership; readonly bins: readonly Bin[] }> {
  if (options.contentMeta !== undefined) {
    const ownership = parseContentMeta(options.contentMeta, scanned)
    // An importer refuses equal layers, which empty ones would be.
    const bins = ownership.components.filter(({ name }) => [...ownership.owner.values()].includes(name))
    return { ownership, bins: bins.map((one) => [one]) }
  }
  const ownership = await ownershipOf(source, scanned)
  const { components } = ownership
  const bins =
    options.prior === undefined
      ? packComponents(components, limit)
      : repackComponents(components, limit, options.prior)
  return { ownership, bins }
}

/** What an importer or a boot loader looks for (ostree.md §15.1). Errors: KIND_INPUT_INVALID. */
function copiedLabels(commit: Commit, options: EncapsulateOptions): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  const bootable = commit.metadata.get('ostree.bootable')?.value
  if (typeof bootable === 'boolean') {
    labels.set('ostree.bootable', String(bootable))
    labels.set('containers.bootc', '1')
  }
  const linux = metadataText(commit, 'ostree.linux')
  if (linux !== undefined) labels.set('ostree.linux', linux)
  for (const { key, optional } of options.copyMeta) {
    const text = metadataText(commit, key)
    if (text !== undefined) labels.set(key, text)
    else if (!optional)
      throw new OcishError(
        'KIND_INPUT_INVALID',
        `the commit has no metadata ${JSON.stringify(key)} that is text`,
      )
  }
  return labels
}

/** In a layer such a name deletes a file, so the image would not be the tree. Errors: KIND_INPUT_INVALID. */
function refuseWhiteouts(scanned: ScannedCommit): void {
  for (const path of [...scanned.byPath.keys(), ...scanned.folders.keys()])
    if (path.slice(path.lastIndexOf('/') + 1).startsWith('.wh.'))
      throw new OcishError(
        'KIND_INPUT_INVALID',
        `${JSON.stringify(`/${path}`)} would delete another file when the image is unpacked`,
        { hint: 'Remove it from the commit.', details: { path } },
      )
}

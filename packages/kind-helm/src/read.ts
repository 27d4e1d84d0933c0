import { OcishError, parseJson, readPart, type Artifact, type Descriptor } from '@ocish/sdk'
import { createdAnnotation } from './annotations.ts'
import { decodeText } from './chart-yaml.ts'
import { fileOf, loadChart, type Chart } from './chart.ts'
import { chartType, configType, legacyChartType, limits, provenanceType, valuesFile } from './constants.ts'
import { decodeMetadata } from './decode-metadata.ts'
import type { HelmChart } from './model.ts'
import type { Metadata } from './metadata.ts'
import { parseYaml } from './parse-yaml.ts'
import { readArchive } from './read-archive.ts'
import { fromJson, toPlain } from './yaml-tree.ts'

/** The manifest of the chart: the artifact itself, or the one in an index. Errors: KIND_INPUT_INVALID. */
export async function chartManifest(artifact: Artifact): Promise<Artifact> {
  const candidates = artifact.manifest.form === 'index' ? await artifact.children() : [artifact]
  const found = candidates.find(({ config }) => config?.mediaType === configType)
  if (found !== undefined) return found
  const actual = candidates[0]?.config?.mediaType ?? artifact.descriptor.mediaType
  throw new OcishError('KIND_INPUT_INVALID', `this is no chart: its configuration is ${actual}`, {
    hint: 'Leave out --as, so that the kind is found by its media type.',
  })
}

/** The layer with the chart, by media type: layers are sorted by digest. Errors: KIND_INPUT_INVALID. */
export function chartLayer({ layers }: Artifact): Descriptor {
  const layer =
    layers.find(({ mediaType }) => mediaType === chartType) ??
    layers.find(({ mediaType }) => mediaType === legacyChartType)
  if (layer !== undefined) return layer
  throw new OcishError('KIND_INPUT_INVALID', `the artifact has no chart layer (${chartType})`)
}

/** The layer with the provenance file, where there is one. */
export function provenanceLayer({ layers }: Artifact): Descriptor | undefined {
  return layers.find(({ mediaType }) => mediaType === provenanceType)
}

/** The metadata a chart was published with: its configuration. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readMetadata(manifest: Artifact): Promise<Metadata> {
  if (manifest.config === undefined)
    throw new OcishError('KIND_INPUT_INVALID', 'the chart has no configuration')
  const what = 'the configuration'
  const bytes = await readPart(manifest, manifest.config, { limit: limits.config })
  const value = parseJson(bytes, { what, code: 'KIND_INPUT_INVALID', maxDepth: limits.depth })
  return decodeMetadata(fromJson(value), what).metadata
}

/** Reads a chart without its archive. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readChart(artifact: Artifact): Promise<HelmChart> {
  const manifest = await chartManifest(artifact)
  const created = manifest.annotations[createdAnnotation]
  return {
    ...(await readMetadata(manifest)),
    ...(created === undefined ? {} : { created }),
    provenance: provenanceLayer(manifest) !== undefined,
  }
}

/** Reads a chart with its values. Errors: those of `readChart` and of reading the archive. */
export async function readWholeChart(artifact: Artifact, signal?: AbortSignal): Promise<HelmChart> {
  const [model, chart] = [await readChart(artifact), await openChart(artifact, signal)]
  const bytes = fileOf(chart, valuesFile)
  if (bytes === undefined) return model
  const { tree } = parseYaml(decodeText(bytes, valuesFile, limits.values), valuesFile)
  return { ...model, values: toPlain(tree) }
}

/** The chart in the archive. Errors: KIND_INPUT_INVALID, ARCHIVE_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED. */
export async function openChart(artifact: Artifact, signal?: AbortSignal): Promise<Chart> {
  const manifest = await chartManifest(artifact)
  const files = await readArchive(manifest.open(chartLayer(manifest)), signal)
  return loadChart(files, signal === undefined ? {} : { signal })
}

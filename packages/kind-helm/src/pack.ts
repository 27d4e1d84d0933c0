import {
  collect,
  digestOf,
  isTag,
  OcishError,
  type KindContext,
  type PackedManifest,
  type Part,
  type Source,
  streamOf,
} from '@ocish/sdk'
import { manifestAnnotations } from './annotations.ts'
import { checkMetadata, type ValidMetadata } from './check-metadata.ts'
import { readChartYaml } from './chart-yaml.ts'
import { fileOf, loadChart, type Chart } from './chart.ts'
import type { ChartFile } from './chart-files.ts'
import { chartFile, chartType, configType, limits, provenanceType } from './constants.ts'
import { encodeConfig } from './encode-metadata.ts'
import { chartNotes } from './lint.ts'
import { encodeHelmManifest } from './manifest-bytes.ts'
import { formatTime, packOptions, type PackOptions } from './options.ts'
import { readArchive } from './read-archive.ts'
import { readFolder } from './read-folder.ts'
import { writeArchive } from './write-archive.ts'

/** The tag of a version: `+` is written `_`, which tags can hold. Errors: KIND_INPUT_INVALID. */
export function tagOf(version: string): string {
  const tag = version.replaceAll('+', '_')
  if (isTag(tag)) return tag
  throw new OcishError('KIND_INPUT_INVALID', `the version ${JSON.stringify(version)} cannot be a tag`, {
    hint: 'Use a version of at most 128 characters.',
  })
}

/**
 * A chart archive as it is, with its provenance where that lies beside it, or a folder as `helm package` packs it.
 * Errors: KIND_INPUT_INVALID, ARCHIVE_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, USAGE_INVALID_VALUE, USAGE_CONFLICT.
 */
export async function packChart(
  source: Source,
  context: Pick<KindContext, 'options' | 'signal'>,
): Promise<PackedManifest> {
  const options = packOptions(context.options)
  return source.type === 'file'
    ? packArchive(source, options, context.signal)
    : packFolder(source, options, context.signal)
}

async function packArchive(
  source: Source,
  options: PackOptions,
  signal: AbortSignal,
): Promise<PackedManifest> {
  if (options.version !== undefined || options.appVersion !== undefined) {
    throw new OcishError('USAGE_CONFLICT', `${source.name} is packed, so its version cannot be changed`, {
      hint: 'Push the folder of the chart, or leave --version and --app-version out.',
    })
  }
  const { size, mtime } = await source.stat('')
  const chart = await loadChart(await readArchive(source.open(''), signal), { signal })
  const metadata = checkMetadata(chart.metadata)
  const created = options.created?.text ?? (mtime === undefined ? undefined : formatTime(mtime))
  const layers: Part[] = [{ mediaType: chartType, size, open: () => source.open('') }]
  const provenance = await source.beside?.('.prov')
  if (provenance !== undefined) {
    const bytes = await collect(provenance.open(''), { what: provenance.name, limit: limits.provenance })
    layers.push({
      mediaType: provenanceType,
      digest: digestOf(bytes),
      size: bytes.length,
      open: () => streamOf(bytes),
    })
  }
  const notes = [...notesOf(chart), ...(provenance === undefined ? [] : [`${provenance.name} goes with it`])]
  return packed(metadata, layers, { ...(created === undefined ? {} : { created }), notes })
}

async function packFolder(
  source: Source,
  options: PackOptions,
  signal: AbortSignal,
): Promise<PackedManifest> {
  const { chart, metadata, rewritten } = await chartOfFolder(source, options, signal)
  const { created } = options
  const write = { mtime: created?.seconds ?? 0, rewritten, compat: options.compat }
  const layer = { mediaType: chartType, open: () => writeArchive(chart, write) }
  const notes = notesOf(chart)
  return packed(metadata, [layer], created === undefined ? { notes } : { created: created.text, notes })
}

function notesOf(chart: Chart): readonly string[] {
  const yaml = fileOf(chart, chartFile)
  return yaml === undefined ? [] : chartNotes(readChartYaml(yaml))
}

/** A folder that `helm package` would take, with what was overridden; `update` has the last word on its files. */
export async function chartOfFolder(
  source: Source,
  options: PackOptions,
  signal: AbortSignal,
  update: (files: readonly ChartFile[]) => Promise<readonly ChartFile[]> = async (files) => files,
): Promise<{ readonly chart: Chart; readonly metadata: ValidMetadata; readonly rewritten: boolean }> {
  const loaded = await loadChart(await update(await readFolder(source, signal)), { signal })
  const rewritten = options.version !== undefined || options.appVersion !== undefined
  const metadata = checkMetadata({
    ...loaded.metadata,
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.appVersion === undefined ? {} : { appVersion: options.appVersion }),
  })
  const missing = missingDependencies({ ...loaded, metadata })
  if (missing.length > 0) {
    throw new OcishError(
      'KIND_INPUT_INVALID',
      `found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`,
      { hint: 'Fetch them into charts/ with helm fetch, or add --update to helm package.' },
    )
  }
  return { chart: { ...loaded, metadata }, metadata, rewritten }
}

/** Declared dependencies that charts/ does not have; by name, as Helm compares. */
export function missingDependencies(chart: Chart): readonly string[] {
  const present = new Set(chart.subcharts.map(({ metadata }) => metadata.name))
  const declared = chart.metadata.dependencies ?? []
  return [...new Set(declared.flatMap((one) => (one === null || present.has(one.name) ? [] : [one.name])))]
}

function packed(
  metadata: ValidMetadata,
  layers: readonly Part[],
  { created, notes = [] }: { readonly created?: string; readonly notes?: readonly string[] },
): PackedManifest {
  const bytes = encodeConfig(metadata)
  const config = { mediaType: configType, digest: digestOf(bytes), size: bytes.length }
  return {
    layers,
    config: { ...config, open: () => streamOf(bytes) },
    annotations: manifestAnnotations(metadata, created),
    manifest: (written, annotations) => encodeHelmManifest(config, written, annotations),
    tag: tagOf(metadata.version),
    notes,
  }
}

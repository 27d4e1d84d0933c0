import { compressed, writeTar, type TarInput } from '@ocish/archive'
import { streamOf, type Bytes } from '@ocish/sdk'
import { fileOf, type Chart } from './chart.ts'
import { chartFile, lockFile, schemaFile, valuesFile } from './constants.ts'
import { goMetadata } from './encode-metadata.ts'
import { writeGoYaml } from './go-yaml-writer.ts'
import { fromGoYaml } from './lock.ts'

export interface WriteOptions {
  /** Seconds since 1970 for every entry. */
  readonly mtime: number
  /** Chart.yaml of the root is written from the metadata (something was overridden), instead of copied. */
  readonly rewritten: boolean
  /** Every Chart.yaml and Chart.lock is written anew, as Helm does. */
  readonly compat: boolean
}

/** The chart as a gzipped tar with Helm's names, order and modes (specs/helm.md §11); equal charts give equal bytes. */
export function writeArchive(chart: Chart, options: WriteOptions): Bytes {
  return compressed(writeChartTar(chart, options), 'gzip')
}

/** The uncompressed archive. */
export function writeChartTar(chart: Chart, options: WriteOptions): Bytes {
  return writeTar(entries(chart, chart.metadata.name ?? '', options))
}

function* entries(chart: Chart, root: string, options: WriteOptions): Generator<TarInput> {
  for (const [path, bytes] of orderedFiles(chart, options)) {
    yield {
      path: `${root}/${path}`,
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: bytes.length,
      mtime: options.mtime,
      open: () => streamOf(bytes),
    }
  }
  for (const subchart of chart.subcharts) {
    yield* entries(subchart, `${root}/charts/${subchart.metadata.name ?? ''}`, {
      ...options,
      rewritten: false,
    })
  }
}

const first: readonly string[] = [chartFile, lockFile, valuesFile, schemaFile]

function* orderedFiles(chart: Chart, options: WriteOptions): Generator<readonly [string, Uint8Array]> {
  const isV1 = chart.metadata.apiVersion === 'v1'
  yield [chartFile, chartYaml(chart, isV1, options)]
  const lock = fileOf(chart, lockFile)
  if (lock !== undefined && !isV1) yield [lockFile, options.compat ? fromGoYaml(lock, lockFile) : lock]
  for (const path of [valuesFile, schemaFile]) {
    const bytes = fileOf(chart, path)
    if (bytes !== undefined) yield [path, bytes]
  }
  const rest = chart.files.filter(({ path }) => !first.includes(path) && (isV1 || !isLegacy(path)))
  for (const { path, bytes } of rest) if (path.startsWith('templates/')) yield [path, bytes]
  for (const { path, bytes } of rest) if (!path.startsWith('templates/')) yield [path, bytes]
}

/** With apiVersion v2 their content is in Chart.yaml, or means nothing. */
function isLegacy(path: string): boolean {
  return path === 'requirements.yaml' || path === 'requirements.lock'
}

function chartYaml(chart: Chart, isV1: boolean, { rewritten, compat }: WriteOptions): Uint8Array {
  const own = fileOf(chart, chartFile)
  const movedIn = !isV1 && chart.files.some(({ path }) => path === 'requirements.yaml')
  if (own !== undefined && !rewritten && !compat && !movedIn) return own
  const { dependencies, ...others } = chart.metadata
  const kept = isV1 || dependencies === undefined ? others : { ...others, dependencies }
  return new TextEncoder().encode(writeGoYaml(goMetadata(kept)))
}

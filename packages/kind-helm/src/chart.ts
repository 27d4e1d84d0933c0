import { OcishError, streamOf } from '@ocish/sdk'
import type { ChartFile } from './chart-files.ts'
import { readChartYaml } from './chart-yaml.ts'
import { chartFile, lockFile, schemaFile } from './constants.ts'
import type { Metadata } from './metadata.ts'
import { readArchive } from './read-archive.ts'
import { refused } from './parse-yaml.ts'

/** A chart in memory: its own files by path, and the charts it is made of, sorted by name. */
export interface Chart {
  readonly metadata: Metadata
  /** All but those of subcharts, in the order they came. */
  readonly files: readonly ChartFile[]
  readonly subcharts: readonly Chart[]
}

/** The bytes of one of the chart's own files. */
export function fileOf(chart: Pick<Chart, 'files'>, path: string): Uint8Array | undefined {
  return chart.files.find((file) => file.path === path)?.bytes
}

/** Charts in charts in charts: what goes deeper is no chart but a bomb. */
const maxNesting = 10

/**
 * Sorts files into a chart and its subcharts (specs/helm.md §12), which may be packed or folders.
 * Errors: KIND_INPUT_INVALID, and those of reading packed subcharts.
 */
export async function loadChart(
  files: readonly ChartFile[],
  options: { readonly signal?: AbortSignal; readonly nesting?: number; readonly where?: string } = {},
): Promise<Chart> {
  const { nesting = 0, where = '' } = options
  if (nesting > maxNesting)
    throw new OcishError('LIMIT_EXCEEDED', `charts are nested deeper than ${maxNesting}`)
  const path = `${where}${chartFile}`
  const yaml = files.find((file) => file.path === chartFile)
  if (yaml === undefined) {
    throw new OcishError('KIND_INPUT_INVALID', `${path} is missing`, {
      hint: 'A chart is a folder, or a gzipped tar of one, with a Chart.yaml in it.',
    })
  }
  const own = files.filter((file) => !isOfSubchart(file.path))
  const schema = own.find((file) => file.path === schemaFile)
  if (schema !== undefined) checkJson(schema.bytes, `${where}${schemaFile}`)
  const subcharts: Chart[] = []
  for (const [name, inner] of groupSubcharts(files)) {
    const nested = { ...options, nesting: nesting + 1, where: `${where}charts/${name}/` }
    // One after the other: each may be as large as a chart may be.
    // oxlint-disable-next-line no-await-in-loop
    subcharts.push(await loadSubchart(name, inner, nested))
  }
  return {
    metadata: withRequirements(readChartYaml(yaml.bytes, path).metadata, own, where),
    files: own,
    subcharts: subcharts.toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)),
  }
}

/** Provenance files in charts/ are plain files. */
function isOfSubchart(path: string): boolean {
  return path.startsWith('charts/') && !path.endsWith('.prov')
}

/** Files below charts/ by their first component; names with `_` or `.` in front mean nothing. */
function groupSubcharts(files: readonly ChartFile[]): ReadonlyMap<string, readonly ChartFile[]> {
  const groups = new Map<string, ChartFile[]>()
  for (const { path, bytes } of files) {
    if (!isOfSubchart(path)) continue
    const inner = path.slice('charts/'.length)
    const name = inner.split('/')[0] ?? ''
    if (/^[_.]/.test(name)) continue
    const group = groups.get(name) ?? []
    group.push({ path: inner.slice(name.length + 1), bytes })
    groups.set(name, group)
  }
  return groups
}

async function loadSubchart(
  name: string,
  files: readonly ChartFile[],
  options: { readonly signal?: AbortSignal; readonly nesting: number; readonly where: string },
): Promise<Chart> {
  if (!name.endsWith('.tgz'))
    return loadChart(
      files.filter((file) => file.path !== ''),
      options,
    )
  const [packed] = files
  if (packed === undefined || packed.path !== '' || files.length > 1)
    throw new OcishError('KIND_INPUT_INVALID', `charts/${name} is a folder with the name of an archive`)
  return loadChart(await readArchive(streamOf(packed.bytes), options.signal), options)
}

/** Before apiVersion v2, dependencies were a file of their own. */
function withRequirements(metadata: Metadata, files: readonly ChartFile[], where: string): Metadata {
  const file = files.find(({ path }) => path === 'requirements.yaml')
  if (file === undefined) return metadata
  const { dependencies } = readChartYaml(file.bytes, `${where}requirements.yaml`).metadata
  return dependencies === undefined ? metadata : { ...metadata, dependencies }
}

/** The lock of a chart: `Chart.lock`, or `requirements.lock` before apiVersion v2. */
export function lockBytes(chart: Chart): Uint8Array | undefined {
  return fileOf(chart, lockFile) ?? fileOf(chart, 'requirements.lock')
}

function checkJson(bytes: Uint8Array, path: string): void {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refused(path, 'not valid JSON')
  }
}

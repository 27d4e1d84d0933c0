import { compareUtf8, OcishError, type KindCommand } from '@ocish/sdk'
import { fileOf, type Chart } from '../chart.ts'
import { valuesFile } from '../constants.ts'
import { goMetadata } from '../encode-metadata.ts'
import { writeGoYaml } from '../go-yaml-writer.ts'
import type { Metadata } from '../metadata.ts'
import { readMetadata } from '../read.ts'
import { artifactAt, chartAt, isPath } from './chart-at.ts'
import { asked, develFlag, versionFlag } from './flags.ts'

const utf8 = new TextEncoder()

export const show: KindCommand = {
  name: 'show',
  summary: "Print a chart's metadata, values, readme or custom resource definitions",
  params: [
    { name: 'what', type: 'string', enum: ['chart', 'values', 'readme', 'crds', 'all'] },
    { name: 'chart', type: 'path', summary: 'A reference, a folder or an archive' },
  ],
  flags: [versionFlag, develFlag],
  output: { form: 'bytes' },
  effect: 'R',
  examples: [
    { line: 'helm show values ghcr.io/acme/charts/web:1.2.0', note: 'values.yaml as it is' },
    {
      line: 'helm show chart ghcr.io/acme/charts/web --version 1.2.0',
      note: 'without fetching the chart itself',
    },
  ],
  async *run({ args, flags }, context) {
    const [what, where] = [String(args['what']), String(args['chart'])]
    if (what === 'chart' && !isPath(where)) {
      const { artifact } = await artifactAt(where, asked(flags), context)
      yield chartYaml(await readMetadata(artifact))
      return
    }
    const chart = await chartAt(where, 'chart', asked(flags), context)
    yield* parts[what]?.(chart) ?? []
  },
}

const parts: Readonly<Record<string, (chart: Chart) => Iterable<Uint8Array>>> = {
  chart: ({ metadata }) => [chartYaml(metadata)],
  values,
  readme,
  crds,
  all,
}

function chartYaml(metadata: Metadata): Uint8Array {
  return utf8.encode(`${writeGoYaml(goMetadata(metadata))}\n`)
}

function* values(chart: Chart): Generator<Uint8Array> {
  yield fileOf(chart, valuesFile) ?? missing(chart, valuesFile)
}

function* readme(chart: Chart): Generator<Uint8Array> {
  yield readmeOf(chart) ?? missing(chart, 'readme')
}

function readmeOf(chart: Chart): Uint8Array | undefined {
  return chart.files.find(({ path }) => /^readme(?:\.md|\.txt)?$/i.test(path))?.bytes
}

function missing({ metadata }: Chart, what: string): never {
  throw new OcishError('FILE_NOT_FOUND', `the chart ${metadata.name ?? ''} has no ${what}`)
}

/** Of subcharts too; each with a line of dashes before it. */
function* crds(chart: Chart): Generator<Uint8Array> {
  const files = chart.files.filter(({ path }) => /^crds\/.*\.(?:ya?ml|json)$/i.test(path))
  for (const { bytes } of files.toSorted((a, b) => compareUtf8(a.path, b.path))) {
    yield utf8.encode('---\n')
    yield bytes
    if (bytes.at(-1) !== 0x0a) yield utf8.encode('\n')
  }
  for (const subchart of chart.subcharts) yield* crds(subchart)
}

function* all(chart: Chart): Generator<Uint8Array> {
  yield chartYaml(chart.metadata)
  for (const bytes of [fileOf(chart, valuesFile), readmeOf(chart)]) {
    if (bytes === undefined) continue
    yield utf8.encode('---\n')
    yield bytes
    yield utf8.encode('\n')
  }
  yield* crds(chart)
}

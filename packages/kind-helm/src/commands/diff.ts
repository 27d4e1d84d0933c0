import type { KindCommand, KindCommandContext } from '@ocish/sdk'
import { fileOf } from '../chart.ts'
import { decodeText } from '../chart-yaml.ts'
import { limits, valuesFile } from '../constants.ts'
import { diffCharts } from '../diff.ts'
import type { HelmChart } from '../model.ts'
import { parseYaml } from '../parse-yaml.ts'
import { readWholeChart } from '../read.ts'
import { toPlain } from '../yaml-tree.ts'
import { artifactAt, isPath, localChart, sourceAt } from './chart-at.ts'

export const diff: KindCommand = {
  name: 'diff',
  summary: 'Compare metadata and values of two charts; exit 1 if they differ',
  params: [
    { name: 'a', type: 'path', summary: 'A reference, a folder or an archive' },
    { name: 'b', type: 'path', summary: 'A reference, a folder or an archive' },
  ],
  flags: [{ name: 'values', type: 'bool', optional: true, summary: 'Only what values.yaml says' }],
  output: { form: 'rows', columns: ['path', 'op', 'from', 'to'] },
  effect: 'R',
  examples: [
    {
      line: 'helm diff ghcr.io/acme/charts/web:1.1.0 ghcr.io/acme/charts/web:1.2.0',
      note: 'between two versions',
    },
    { line: 'helm diff ghcr.io/acme/charts/web:1.2.0 ./web --values', note: 'what the folder would change' },
  ],
  async *run({ args, flags }, context) {
    const from = await modelAt(String(args['a']), 'a', context)
    const to = await modelAt(String(args['b']), 'b', context)
    let changes = 0
    for (const change of diffCharts(comparable(from), comparable(to))) {
      if (flags['values'] === true && !/^values(?:$|[.[])/.test(change.path)) continue
      changes += 1
      yield change
    }
    return changes === 0 ? 0 : 1
  },
}

/** When it was published, and with what beside it, is no difference of the chart. */
function comparable({ created: _created, ...chart }: HelmChart): HelmChart {
  return { ...chart, provenance: false }
}

async function modelAt(where: string, parameter: string, context: KindCommandContext): Promise<HelmChart> {
  if (!isPath(where)) return readWholeChart((await artifactAt(where, {}, context)).artifact, context.signal)
  const chart = await localChart(await sourceAt(parameter, context), context.signal)
  const bytes = fileOf(chart, valuesFile)
  const model = { ...chart.metadata, provenance: false }
  if (bytes === undefined) return model
  return {
    ...model,
    values: toPlain(parseYaml(decodeText(bytes, valuesFile, limits.values), valuesFile).tree),
  }
}

import { type KindCommand, streamOf } from '@ocish/sdk'
import { fetchLocked, fetchNewest } from '../fetch-dependencies.ts'
import { localChart, sourceAt } from './chart-at.ts'
import { dependencyColumns } from './deps.ts'

export const fetchCommand: KindCommand = {
  name: 'fetch',
  summary: 'Fetch the charts that a chart depends on into its charts folder',
  params: [
    { name: 'dir', type: 'path', summary: "The chart's folder" },
    { name: 'charts', type: 'path', summary: 'The folder for their archives, as DIR/charts' },
  ],
  flags: [
    {
      name: 'update',
      type: 'bool',
      optional: true,
      summary: 'The highest versions that fit, not those of Chart.lock',
    },
    { name: 'force', type: 'bool', optional: true, summary: 'Replace the folder as a whole' },
  ],
  output: { form: 'rows', columns: [...dependencyColumns, 'file'] },
  effect: 'L',
  examples: [
    { line: 'helm fetch ./web ./web/charts', note: 'what Chart.lock pins, and nothing else' },
    { line: 'helm fetch ./web ./web/charts --update --force', note: 'the newest that fit' },
  ],
  async *run({ flags }, context) {
    if (context.target === undefined) throw new TypeError('this host gives no folders')
    const chart = await localChart(await sourceAt('dir', context), context.signal)
    const fetched = await (flags['update'] === true ? fetchNewest : fetchLocked)(chart, context)
    if (fetched.length === 0) return
    const target = await context.target('charts', { merge: flags['force'] !== true })
    const files = new Map(fetched.map(({ file }) => [file.path.slice('charts/'.length), file.bytes]))
    for (const [name, bytes] of files) {
      context.signal.throwIfAborted()
      // One file at a time: a target may be a stream.
      // oxlint-disable-next-line no-await-in-loop
      await target.write(name, streamOf(bytes))
    }
    for (const { resolved, file } of fetched) yield { ...resolved, file: file.path }
  },
}

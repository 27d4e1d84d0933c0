import { OcishError, type KindCommand } from '@ocish/sdk'
import { takeApart } from '../resolve.ts'
import { versionRows } from '../rows.ts'
import { listVersions } from '../versions.ts'
import { asked, develFlag, versionFlag } from './flags.ts'

export const versions: KindCommand = {
  name: 'versions',
  summary: 'List the versions of a chart, highest first',
  params: [{ name: 'chart', type: 'string', summary: 'A repository, or a bare name in the configured one' }],
  flags: [versionFlag, develFlag],
  output: {
    form: 'rows',
    columns: ['name', 'version', 'appVersion', 'description', 'created', 'ref', 'note'],
  },
  effect: 'R',
  examples: [
    { line: 'helm versions ghcr.io/acme/charts/web', note: 'its releases' },
    { line: 'helm versions ghcr.io/acme/charts/web --devel', note: 'and its prereleases' },
  ],
  async *run({ args, flags }, context) {
    const { repository } = takeApart(String(args['chart']), context.settings)
    let rows = 0
    for await (const row of versionRows(repository, asked(flags), context)) {
      rows += 1
      yield row
    }
    if (rows > 0) return
    const { versions: all, skipped } = await listVersions(repository, context)
    const there = [...all.map(({ tag }) => tag), ...skipped].slice(0, 20)
    throw new OcishError('TAG_NOT_FOUND', `no such version in ${repository}`, {
      hint: there.length === 0 ? 'The repository has no tags.' : `It has the tags ${there.join(', ')}.`,
      details: { tags: there },
    })
  },
}

import type { KindCommand } from '@ocish/sdk'
import { takeApart } from '../resolve.ts'
import { versionRows } from '../rows.ts'
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
    yield* versionRows(repository, asked(flags), context)
  },
}

import { OcishError, type KindCommand, type KindContext, type KindParam } from '@ocish/sdk'
import { chartRows } from '../rows.ts'
import { asked, develFlag, versionFlag } from './flags.ts'

const prefixParam: KindParam = {
  name: 'prefix',
  type: 'string',
  optional: true,
  summary: 'HOST/PATH; default: the configured repository',
}

const columns = ['name', 'version', 'appVersion', 'description', 'created', 'ref', 'note']

export const list: KindCommand = {
  name: 'list',
  summary: 'List the charts below a path of a registry with their highest version',
  params: [prefixParam],
  flags: [versionFlag, develFlag],
  output: { form: 'rows', columns },
  effect: 'R',
  examples: [
    { line: 'helm list ghcr.io/acme/charts', note: 'every chart there' },
    { line: 'helm list ghcr.io/acme/charts --version ^1', note: 'the highest 1.x of each' },
  ],
  async *run({ args, flags }, context) {
    yield* chartRows(prefixOf(args['prefix'], context.settings), asked(flags), context)
  },
}

export const search: KindCommand = {
  name: 'search',
  summary: 'Find charts whose name or description has a word',
  params: [
    { name: 'word', type: 'string', summary: 'A part of the name or of the description' },
    prefixParam,
  ],
  flags: [versionFlag, develFlag],
  output: { form: 'rows', columns },
  effect: 'R',
  examples: [{ line: 'helm search web ghcr.io/acme/charts', note: 'in names and descriptions' }],
  async *run({ args, flags }, context) {
    const word = String(args['word']).toLowerCase()
    for await (const row of chartRows(prefixOf(args['prefix'], context.settings), asked(flags), context))
      if (`${row.name}\n${row.description}`.toLowerCase().includes(word)) yield row
  },
}

function prefixOf(given: unknown, settings: KindContext['settings']): string {
  const prefix = given ?? settings['repository']
  if (typeof prefix === 'string' && prefix !== '') return prefix.replace(/^oci:\/\//, '').replace(/\/+$/, '')
  throw new OcishError('USAGE_MISSING_ARGUMENT', 'where to look is missing', {
    hint: 'Name it, as in helm list ghcr.io/acme/charts, or set repository in [kinds.helm].',
  })
}

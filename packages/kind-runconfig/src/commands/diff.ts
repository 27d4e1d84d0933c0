import { type KindCommand, type KindCommandContext, OcishError } from '@ocish/sdk'
import { isFile } from '../detect.ts'
import { diff } from '../diff.ts'
import type { RunConfig } from '../model.ts'
import { readSource } from '../pack.ts'
import { parseConfig, readConfig, toModel } from '../read.ts'

/** `runconfig diff A B`: artifacts, files, or one of each. */
export const diffCommand: KindCommand = {
  name: 'diff',
  summary: 'Compare two run configurations as ToolHive reads them; exit 1 if they differ.',
  params: [
    { name: 'a', type: 'path', summary: 'An artifact, or a JSON file.' },
    { name: 'b', type: 'path', summary: 'An artifact, or a JSON file.' },
  ],
  output: { form: 'rows', columns: ['path', 'op', 'from', 'to'] },
  effect: 'R',
  examples: [
    {
      line: 'runconfig diff ghcr.io/acme/fetch:1.0 ghcr.io/acme/fetch:1.1',
      note: 'what changed between two tags',
    },
    { line: 'runconfig diff ./fetch.json ghcr.io/acme/fetch:1.0', note: 'a file against what was published' },
  ],
  async *run({ args }, context) {
    const from = await configOf('a', String(args['a']), context)
    const to = await configOf('b', String(args['b']), context)
    let different = false
    for (const change of diff(from, to)) {
      different = true
      yield change
    }
    return different ? 1 : 0
  },
}

async function configOf(parameter: string, word: string, context: KindCommandContext): Promise<RunConfig> {
  if (!isFile(word)) return readConfig(await context.lookup.open(word), context.signal)
  const source = await context.folder?.(parameter)
  if (source === undefined) throw new OcishError('UNSUPPORTED', 'this host lets no command read files')
  return toModel(parseConfig(await readSource(source, context.signal), { trailing: 'ignore' }))
}

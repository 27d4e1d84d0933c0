import type { KindCommand } from '@ocish/sdk'
import { resolveWord } from '../resolve.ts'
import { klausSource, type KlausType } from '../sources.ts'
import { sourceFlag, typeFlag } from './flags.ts'

export const resolve: KindCommand = {
  name: 'resolve',
  summary: 'Turn a short name, a range or a reference into a full reference and its digest',
  params: [{ name: 'word', type: 'string', summary: 'NAME, NAME:VERSION, NAME:^1.2 or a reference' }],
  flags: [typeFlag, sourceFlag],
  output: { form: 'rows', columns: ['name', 'ref', 'digest'] },
  effect: 'R',
  examples: [
    { line: 'klaus resolve gs-base', note: 'its highest release' },
    { line: "klaus resolve 'gs-base:^0.3'", note: 'the highest version in a range' },
  ],
  async *run({ args, flags }, context) {
    const word = String(args['word'])
    const source = klausSource(context.settings, flags['source'] as string | undefined)
    const ref = await resolveWord(word, source.bases[(flags['type'] ?? 'plugin') as KlausType], context)
    const { digest } = await context.lookup.resolve(ref)
    yield { name: word, ref, digest }
  },
}

import { OcishError, type KindCommand, type KindCommandContext } from '@ocish/sdk'
import { parseTreefile } from '../treefile.ts'
import { build } from './build.ts'
import { encapsulate } from './encapsulate.ts'
import { plainFlags } from './flags.ts'

const maxTreefile = 2 ** 20

export const compose: KindCommand = {
  name: 'compose',
  summary: "The image steps of apt-ostree's and rpm-ostree's compose, from a commit that is there",
  params: [
    { name: 'step', type: 'string', enum: ['build-image', 'container-encapsulate', 'image'] },
    { name: 'source', type: 'path', summary: 'A revision; for image, a treefile' },
    { name: 'image', type: 'ref', summary: 'Where the image goes' },
  ],
  flags: [
    { name: 'repo', type: 'path', summary: 'The folder of an OSTree repository' },
    ...plainFlags,
    ...(encapsulate.flags ?? []).filter(({ name }) => plainFlags.every((flag) => flag.name !== name)),
  ],
  output: { form: 'rows', columns: ['ref', 'digest', 'commit', 'layers'] },
  effect: 'W',
  examples: [
    {
      line: 'ostree compose build-image debian/12/x86_64 registry.example.com/os/debian:12 --repo ./repo',
      note: 'as ostree build',
    },
    {
      line: 'ostree compose container-encapsulate debian/12/x86_64 registry.example.com/os/debian:12 --repo ./repo',
      note: 'as ostree encapsulate',
    },
  ],
  async *run({ args, flags }, context) {
    if (flags['repo'] === undefined)
      throw new OcishError('USAGE_MISSING_ARGUMENT', 'compose needs --repo', {
        hint: 'Name the folder of the repository with --repo.',
      })
    const { step } = args
    if (step !== 'image') {
      const call = { args: { ...args, revision: args['source'] }, flags }
      return yield* (step === 'build-image' ? build : encapsulate).run(call, context)
    }
    const { ref, labels } = parseTreefile(await readTreefile(context))
    context.warn('the tree is not composed here: the commit that the ref has becomes the image')
    const given = flags['label'] === undefined ? [] : [flags['label']].flat()
    const call = { args: { ...args, revision: ref }, flags: { ...flags, label: [...labels, ...given] } }
    return yield* build.run(call, context)
  },
}

async function readTreefile(context: KindCommandContext): Promise<string> {
  const file = await context.folder?.('source')
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of file?.open('') ?? []) {
    size += chunk.length
    if (size > maxTreefile)
      throw new OcishError('LIMIT_EXCEEDED', `the treefile has more than ${maxTreefile} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

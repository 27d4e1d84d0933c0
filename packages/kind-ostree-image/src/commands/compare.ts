import { exits, type KindCommand } from '@ocish/sdk'
import { compareImage } from '../compare.ts'
import { openCommit } from '../open-commit.ts'
import { repoParam, revisionParam } from './flags.ts'
import { openRepoArgument } from './open-repo.ts'

export const compare: KindCommand = {
  name: 'compare',
  summary: 'Compare an image with a commit, entry by entry',
  params: [{ name: 'image', type: 'ref', summary: 'The image' }, repoParam, revisionParam],
  output: { form: 'rows', columns: ['op', 'path'] },
  effect: 'R',
  exits: [exits.partial],
  examples: [
    {
      line: 'ostree compare registry.example.com/os/debian:12 ./repo debian/12/x86_64',
      note: 'exit 1 when something differs',
    },
  ],
  async *run({ args }, context) {
    const source = await openCommit(await openRepoArgument(context, args), String(args['revision']), false)
    const artifact = await context.lookup.open(String(args['image']))
    let differs = false
    for await (const { op, path } of compareImage(artifact, source, context)) {
      differs = true
      yield { op, path }
    }
    return differs ? 1 : 0
  },
}

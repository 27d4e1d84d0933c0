import { exits, OcishError, type KindCommand } from '@ocish/sdk'
import { imageOptions } from '../image-options.ts'
import { openCommit } from '../open-commit.ts'
import { packPlain } from '../pack-plain.ts'
import { imageParam, plainFlags, repoParam, revisionParam } from './flags.ts'
import { openRepoArgument } from './open-repo.ts'

export const build: KindCommand = {
  name: 'build',
  summary: 'Make an image of the tree of a commit',
  params: [repoParam, revisionParam, imageParam],
  flags: plainFlags,
  output: { form: 'rows', columns: ['ref', 'digest', 'commit', 'layers'] },
  effect: 'W',
  exits: [exits.partial],
  examples: [
    {
      line: 'ostree build ./repo debian/12/x86_64 registry.example.com/os/debian:12',
      note: 'one gzip layer',
    },
    {
      line: 'ostree build ./repo debian/12/x86_64 oci:out:12 --compression zstd',
      note: 'into an image layout',
    },
  ],
  async *run({ args, flags }, context) {
    const options = imageOptions(flags, context.sourceDateEpoch)
    const source = await openCommit(
      await openRepoArgument(context, args),
      String(args['revision']),
      options.allowPartial,
    )
    const packed = await packPlain(source, options, context)
    if (context.publish === undefined) throw new OcishError('KIND_FAILED', 'this host publishes nothing')
    const { ref, digest } = await context.publish(packed, String(args['image']))
    yield { ref, digest, commit: source.checksum, layers: packed.layers.length }
  },
}

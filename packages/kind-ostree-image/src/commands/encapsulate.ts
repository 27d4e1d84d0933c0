import { OcishError, type KindCommand, type KindCommandContext } from '@ocish/sdk'
import { imageOptions } from '../image-options.ts'
import { readImage } from '../model.ts'
import { packEncapsulated } from '../pack-encapsulated.ts'
import { openCommit } from '../open-commit.ts'
import { imageFlags, imageParam, repoParam, revisionParam } from './flags.ts'
import { openRepoArgument } from './open-repo.ts'

const maxContentMeta = 256 * 2 ** 20

export const encapsulate: KindCommand = {
  name: 'encapsulate',
  summary: 'Make an image with the objects of a commit, which bootc and ostree-ext take',
  params: [repoParam, revisionParam, imageParam],
  flags: [
    ...imageFlags,
    {
      name: 'contentmeta',
      type: 'path',
      optional: true,
      summary: 'Content metadata of ostree-ext: which object in which layer',
    },
    {
      name: 'previous',
      type: 'ref',
      optional: true,
      summary: 'An earlier build, whose packages keep their layers',
    },
    {
      name: 'format-version',
      type: 'int',
      optional: true,
      summary: '1, or 2 with all parent folders (default 1)',
    },
    {
      name: 'copymeta',
      type: 'string',
      many: true,
      optional: true,
      summary: "A key of the commit's metadata that becomes a label",
    },
    {
      name: 'copymeta-opt',
      type: 'string',
      many: true,
      optional: true,
      summary: 'The same, when it is there',
    },
  ],
  output: { form: 'rows', columns: ['ref', 'digest', 'commit', 'layers'] },
  effect: 'W',
  examples: [
    {
      line: 'ostree encapsulate ./repo debian/12/x86_64 registry.example.com/os/debian:12',
      note: 'by package',
    },
  ],
  async *run({ args, flags }, context) {
    const options = imageOptions(flags)
    const version = flags['format-version'] ?? 1
    if (version !== 1 && version !== 2)
      throw new OcishError('USAGE_INVALID_VALUE', '--format-version is 1 or 2')
    const source = await openCommit(
      await openRepoArgument(context),
      String(args['revision']),
      options.allowPartial,
    )
    const contentMeta = flags['contentmeta'] === undefined ? undefined : await readContentMeta(context)
    const { previous } = flags
    const prior = typeof previous === 'string' ? await priorLayers(previous, context) : undefined
    const packed = await packEncapsulated(
      source,
      {
        ...options,
        formatVersion: version,
        copyMeta: [...keys(flags['copymeta'], false), ...keys(flags['copymeta-opt'], true)],
        ...(contentMeta && { contentMeta }),
        ...(prior && { prior }),
      },
      context,
    )
    if (context.publish === undefined) throw new OcishError('KIND_FAILED', 'this host publishes nothing')
    const { ref, digest } = await context.publish(packed, String(args['image']))
    yield { ref, digest, commit: source.checksum, layers: packed.layers.length }
  },
}

function keys(
  value: unknown,
  optional: boolean,
): readonly { readonly key: string; readonly optional: boolean }[] {
  const given: readonly unknown[] = [value].flat()
  return given.filter((key) => typeof key === 'string').map((key) => ({ key, optional }))
}

async function readContentMeta(context: KindCommandContext): Promise<Uint8Array | undefined> {
  const file = await context.folder?.('contentmeta')
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of file?.open('') ?? []) {
    size += chunk.length
    if (size > maxContentMeta)
      throw new OcishError('LIMIT_EXCEEDED', `the content metadata has more than ${maxContentMeta} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function priorLayers(
  ref: string,
  context: KindCommandContext,
): Promise<readonly (readonly string[])[]> {
  const image = await readImage(await context.lookup.open(ref))
  if (image.form !== 'encapsulated')
    throw new OcishError('KIND_INPUT_INVALID', `${ref} is no encapsulated image`)
  return image.layers
    .filter(({ isDerived }) => !isDerived)
    .slice(1)
    .map(({ components }) => components)
}

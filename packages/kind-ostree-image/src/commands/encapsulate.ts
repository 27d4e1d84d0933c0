import { exits, OcishError, parseManifest, type KindCommand, type KindCommandContext } from '@ocish/sdk'
import { imageOptions } from '../image-options.ts'
import { readImage } from '../model.ts'
import { packEncapsulated } from '../pack-encapsulated.ts'
import { openCommit } from '../open-commit.ts'
import { imageFlags, imageParam, repoParam, revisionParam } from './flags.ts'
import { openRepoArgument } from './open-repo.ts'
import { readArgument } from './read-argument.ts'

const maxContentMeta = 256 * 2 ** 20
const maxManifest = 4 * 2 ** 20

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
      name: 'previous-build-manifest',
      type: 'path',
      optional: true,
      summary: 'The same, by its manifest in a file',
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
  exits: [exits.partial],
  examples: [
    {
      line: 'ostree encapsulate ./repo debian/12/x86_64 registry.example.com/os/debian:12',
      note: 'by package',
    },
  ],
  async *run({ args, flags }, context) {
    const options = imageOptions(flags, context.sourceDateEpoch)
    const version = flags['format-version'] ?? 1
    if (version !== 1 && version !== 2)
      throw new OcishError('USAGE_INVALID_VALUE', '--format-version is 1 or 2')
    const source = await openCommit(
      await openRepoArgument(context, args),
      String(args['revision']),
      options.allowPartial,
    )
    const contentMeta =
      flags['contentmeta'] === undefined
        ? undefined
        : await readArgument(context, 'contentmeta', { what: 'the content metadata', limit: maxContentMeta })
    const prior = await priorLayers(flags, context)
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

/** Component names by layer of the earlier build that was named, without its commit layer. */
async function priorLayers(
  flags: Readonly<Record<string, unknown>>,
  context: KindCommandContext,
): Promise<readonly (readonly string[])[] | undefined> {
  const { previous, 'previous-build-manifest': file } = flags
  if (previous !== undefined && file !== undefined)
    throw new OcishError('USAGE_CONFLICT', '--previous and --previous-build-manifest name the same thing', {
      hint: 'Leave out one of them.',
    })
  if (file !== undefined) {
    const place = { what: 'the manifest', limit: maxManifest }
    return chunksOfManifest(await readArgument(context, 'previous-build-manifest', place))
  }
  if (typeof previous !== 'string') return undefined
  const image = await readImage(await context.lookup.open(previous))
  if (image.form !== 'encapsulated')
    throw new OcishError('KIND_INPUT_INVALID', `${previous} is no encapsulated image`)
  return image.layers
    .filter(({ isDerived }) => !isDerived)
    .slice(1)
    .map(({ components }) => components)
}

/** Errors: MANIFEST_INVALID, KIND_INPUT_INVALID. */
function chunksOfManifest(bytes: Uint8Array): readonly (readonly string[])[] {
  const manifest = parseManifest(bytes)
  const [, ...chunks] = manifest.form === 'image' ? manifest.layers : []
  // Only layers of components say which; what was added later says nothing.
  const named = chunks.flatMap(({ annotations }) => annotations?.['ostree.components'] ?? [])
  if (named.length === 0)
    throw new OcishError('KIND_INPUT_INVALID', 'the manifest is of no image in layers of components')
  return named.map((names) => names.split(',').filter(Boolean))
}

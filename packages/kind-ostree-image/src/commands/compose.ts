import { exits, OcishError, type KindCommand, type KindParam } from '@ocish/sdk'
import { parseTreefile } from '../treefile.ts'
import { build } from './build.ts'
import { encapsulate } from './encapsulate.ts'
import { imageFlags, plainFlags } from './flags.ts'
import { readArgument } from './read-argument.ts'

const maxTreefile = 2 ** 20
const encapsulateFlags = encapsulate.flags ?? []
/** By step: what only the other one takes. */
const strangers: Readonly<Record<string, readonly KindParam[]>> = {
  'build-image': without(encapsulateFlags),
  image: without(encapsulateFlags),
  'container-encapsulate': without(plainFlags),
}

function without(flags: readonly KindParam[]): readonly KindParam[] {
  return flags.filter(({ name }) => imageFlags.every((flag) => flag.name !== name))
}

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
    ...without(encapsulateFlags),
  ],
  output: { form: 'rows', columns: ['ref', 'digest', 'commit', 'layers'] },
  effect: 'W',
  exits: [exits.partial],
  examples: [
    {
      line: 'ostree compose build-image debian/12/x86_64 registry.example.com/os/debian:12 --repo ./repo',
      note: 'as ostree build',
    },
    {
      line: 'ostree compose container-encapsulate debian/12/x86_64 registry.example.com/os/debian:12 --repo ./repo',
      note: 'as ostree encapsulate',
    },
    {
      line: 'ostree compose image ./treefile.yaml registry.example.com/os/debian:12 --repo ./repo',
      note: 'of the commit that its ref has; no packages are installed',
    },
  ],
  async *run({ args, flags }, context) {
    if (flags['repo'] === undefined)
      throw new OcishError('USAGE_MISSING_ARGUMENT', 'compose needs --repo', {
        hint: 'Name the folder of the repository with --repo.',
      })
    const step = String(args['step'])
    const stranger = strangers[step]?.find(({ name }) => flags[name] !== undefined)
    if (stranger !== undefined)
      throw new OcishError('USAGE_CONFLICT', `compose ${step} takes no --${stranger.name}`)
    if (step !== 'image') {
      const call = { args: { ...args, revision: args['source'] }, flags }
      return yield* (step === 'build-image' ? build : encapsulate).run(call, context)
    }
    const bytes = await readArgument(context, 'source', { what: 'the treefile', limit: maxTreefile })
    const arch = typeof flags['arch'] === 'string' ? flags['arch'] : undefined
    const { ref, labels, unused } = parseTreefile(bytes.toString('utf8'), arch)
    if (unused.length > 0)
      context.warn(
        `nothing is composed here, which needs root: ${unused.join(', ')} of the treefile are not looked at; the commit that ${ref} has becomes the image`,
      )
    const given = flags['label'] === undefined ? [] : [flags['label']].flat()
    const call = { args: { ...args, revision: ref }, flags: { ...flags, label: [...labels, ...given] } }
    return yield* build.run(call, context)
  },
}

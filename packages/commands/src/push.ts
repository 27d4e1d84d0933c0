import { type Descriptor, isPackedIndex, OcishError, type Packed } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { askedAnnotations, merged } from './annotations.ts'
import { textArg, textArgs, textFlag, textFlags } from './call-values.ts'
import { kindOptions } from './kind-options.ts'
import { openArtifact, withSuggestion } from './open-artifact.ts'
import { openPath, packFiles } from './pack-files.ts'
import { pushed } from './pushed.ts'
import type { KindInfo, Opened, Services } from './services.ts'
import { genericName, sourceKind } from './source-kind.ts'
import { checkTag } from './tag-name.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  for (const tag of textFlags(call, 'tag')) checkTag(tag)
  const kind = await kindOf(call, services)
  const packed = await pack(kind, call, services)
  const to = await destination(call, services)
  const subject = await subjectOf(call, to, services)
  const tags = tagsFor(to, call, packed)
  const published = await services.publish(subject === undefined ? packed : { ...packed, subject }, to, {
    tags,
    dryRun: services.options.dryRun,
    signal,
  })
  for (const note of packed.notes ?? []) services.note(note)
  if (services.options.dryRun) services.note('dry run: nothing was pushed')
  yield pushed(to, published, kind?.name)
}

/** Flags that describe plain files; with one of them nothing is recognised. */
const fileFlags = [
  'type',
  'title',
  'config',
  'config-type',
  'artifact-type',
  'compression',
  'level',
  'preserve-permissions',
]

async function kindOf(call: Call, services: Services): Promise<KindInfo | undefined> {
  const as = textFlag(call, 'as')
  const [path, ...more] = textArgs(call, 'src')
  const plain = fileFlags.filter((flag) => call.flags[flag] !== undefined)
  const single = path !== undefined && more.length === 0 && path !== '-'
  if (as !== undefined && as !== genericName) checkForKind(as, single, plain)
  if (!single || as === genericName || (as === undefined && plain.length > 0)) return generic(call, services)
  const kind = await sourceKind(await openPath(path, 'push', call, services), as, services)
  if (kind === undefined) return generic(call, services)
  if (as === undefined)
    services.note(`${path} is taken as ${kind.name}; --as ${genericName} pushes the plain file`)
  kindOptions(call, kind, services.kinds.list())
  return kind
}

function generic(call: Call, services: Services): undefined {
  kindOptions(call, undefined, services.kinds.list())
}

function checkForKind(as: string, single: boolean, plain: readonly string[]): void {
  if (!single) {
    throw new OcishError('USAGE_CONFLICT', `--as ${as} takes one file or folder`, {
      hint: 'Push one of them, or all with --as generic.',
    })
  }
  if (plain.length > 0) {
    throw new OcishError(
      'USAGE_CONFLICT',
      `--as ${as} and --${plain[0]} exclude each other: the kind decides it`,
      { hint: 'Leave out one of them, or use --as generic.' },
    )
  }
}

async function pack(info: KindInfo | undefined, call: Call, services: Services): Promise<Packed> {
  if (info === undefined) return packFiles(call, services, 'push')
  const kind = await services.kinds.load(info.name)
  if (kind.pack === undefined) {
    throw new OcishError('KIND_INPUT_REFUSED', `the kind ${info.name} cannot be packed`, {
      hint: `Push the plain files with --as ${genericName}.`,
    })
  }
  const options = kindOptions(call, info, services.kinds.list())
  const source = await services.source(textArgs(call, 'src')[0]!)
  const packed = await kind.pack(source, services.kinds.context(kind, options, call.signal))
  const asked = (await askedAnnotations(call, services)).manifest
  return Object.keys(asked).length === 0 ? packed : annotated(packed, asked)
}

function annotated(packed: Packed, asked: Readonly<Record<string, string>>): Packed {
  if (isPackedIndex(packed)) return { ...packed, annotations: merged(packed.annotations ?? {}, asked) }
  const own = packed.annotations
  if (typeof own === 'function')
    return { ...packed, annotations: async (written) => merged(await own(written), asked) }
  return { ...packed, annotations: merged(own ?? {}, asked) }
}

async function destination(call: Call, services: Services): Promise<Opened> {
  const to = await services.open(textArg(call, 'ref'), 'write')
  if (to.digest === undefined) return to
  throw new OcishError('USAGE_INVALID_VALUE', `${to.location.text} names a digest, which push computes`, {
    hint: 'Name a tag, or the repository alone.',
  })
}

async function subjectOf(call: Call, to: Opened, services: Services): Promise<Descriptor | undefined> {
  const text = textFlag(call, 'subject')
  if (text === undefined) return undefined
  const subject = await openArtifact(text, services, call.signal)
  if (subject.display !== to.display) {
    throw new OcishError(
      'USAGE_CONFLICT',
      `the subject is in ${subject.display}, the artifact goes to ${to.display}`,
      { hint: 'Copy the subject there first: a subject has to be in the same repository.' },
    )
  }
  const { signal } = call
  const { descriptor } = await withSuggestion(subject, signal, () =>
    subject.registry.statManifest(subject.repository, subject.reference, { signal }),
  )
  return descriptor
}

function tagsFor(to: Opened, call: Call, packed: Packed): readonly string[] {
  const named = to.tag ?? packed.tag
  return [...new Set([...(named === undefined ? [] : [named]), ...textFlags(call, 'tag')])]
}

import { type Description, type Field, hasCode } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { artifactKind } from './artifact-kind.ts'
import { artifactFacts } from './artifact-facts.ts'
import { isSet, textArg, textFlag } from './call-values.ts'
import { genericDescription, genericFields } from './generic-description.ts'
import { kindOptions } from './kind-options.ts'
import { openArtifact, readManifest, type Named, type ReadManifest } from './open-artifact.ts'
import type { KindInfo, Services } from './services.ts'
import { describeUnknown } from './unknown-manifest.ts'
import type { Run } from './run.ts'

/** What a kind says of content that it cannot make anything of. Wrong bytes are not among it: they are told. */
const unreadable = ['KIND_INPUT_INVALID', 'KIND_MISMATCH', 'KIND_FAILED', 'LIMIT_EXCEEDED'] as const

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const artifact = await openArtifact(textArg(call, 'ref'), services, signal)
  const read = await readManifest(artifact, services, signal).catch((error: unknown) => ({ error }))
  if ('error' in read) {
    yield await describeUnknown(artifact, read.error, signal)
    return
  }
  const facts = await artifactFacts(artifact, read.manifest, services, { signal, created: true })
  const kind = await artifactKind(artifact, read, call, services)
  const view =
    kind === undefined
      ? genericDescription(artifact, read.manifest)
      : await kindView(kind, artifact, read, call, services)
  const named = kind === undefined ? facts : { ...facts, kind: kind.name }
  const generic = genericFields(artifact, read, named, { layers: isSet(call, 'raw-layers') })
  yield {
    kind: kind?.name ?? facts.kind,
    ref: artifact.location.text,
    digest: read.content.descriptor.digest,
    ...(view ?? genericDescription(artifact, read.manifest)),
    fields: [...(view?.fields ?? []), ...missingFrom(view?.fields ?? [], generic)],
  }
}

/** The kind's own view; undefined, with a warning, when the content is not what its media type promises. */
async function kindView(
  info: KindInfo,
  artifact: Named,
  read: ReadManifest,
  call: Call,
  services: Services,
): Promise<Description | undefined> {
  const options = kindOptions(call, info, services.kinds.list())
  const kind = await services.kinds.load(info.name)
  const context = services.kinds.context(kind, options, call.signal)
  try {
    const model = await services.kinds.read(
      kind,
      services.kinds.artifact(artifact, read.content, call.signal),
      context,
    )
    return kind.describe(model)
  } catch (error) {
    if (textFlag(call, 'as') !== undefined || !hasCode(error, ...unreadable)) throw error
    services.warn(`${info.name} cannot read it: ${error.message}`)
    return undefined
  }
}

/** A kind may have shown a fact under the same name already. */
function missingFrom(shown: readonly Field[], generic: readonly Field[]): readonly Field[] {
  const labels = new Set(shown.map((field) => field.label))
  return generic.filter((field) => !labels.has(field.label))
}

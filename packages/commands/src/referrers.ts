import { isSet, textArg, textFlag } from './call-values.ts'
import { openArtifact, withSuggestion } from './open-artifact.ts'
import { referrersOf } from './referrers-of.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const artifact = await openArtifact(textArg(call, 'ref'), services, signal)
  const { descriptor } = await withSuggestion(artifact, signal, () =>
    artifact.registry.statManifest(artifact.repository, artifact.reference, { signal }),
  )
  const type = textFlag(call, 'type')
  const depth = isSet(call, 'recursive') ? 64 : 1
  let all = 0
  const kinds = services.kinds.list()
  for await (const found of referrersOf(artifact, descriptor.digest, { depth, kinds, signal })) {
    if (type !== undefined && found.artifactType !== type) continue
    all++
    yield found.row
  }
  if (all === 0)
    services.note(
      `nothing${type === undefined ? '' : ` of type ${type}`} refers to ${artifact.location.text}`,
    )
}

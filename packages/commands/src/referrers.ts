import { defineCommand, type Command } from '@ocish/shell'
import { isSet, textArg, textFlag } from './call-values.ts'
import { openArtifact, withSuggestion } from './open-artifact.ts'
import { referrersOf } from './referrers-of.ts'
import type { Services } from './services.ts'
import { referrersSignature } from './signatures/referrers.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: referrersSignature,
  async *run(call, services) {
    const { signal } = call
    const artifact = await openArtifact(textArg(call, 'ref'), services, signal)
    const { descriptor } = await withSuggestion(artifact, signal, () =>
      artifact.registry.statManifest(artifact.repository, artifact.reference, { signal }),
    )
    const type = textFlag(call, 'type')
    const depth = isSet(call, 'recursive') ? 64 : 1
    for await (const found of referrersOf(artifact, descriptor.digest, { depth, signal })) {
      if (type === undefined || found.artifactType === type) yield found.row
    }
  },
})

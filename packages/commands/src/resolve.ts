import { formatPlatform } from '@ocish/core'
import type { IndexManifest } from '@ocish/sdk'
import { isSet, textArg } from './call-values.ts'
import { openArtifact, readManifest, readRoot, withSuggestion } from './open-artifact.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const artifact = await openArtifact(textArg(call, 'ref'), services, signal, 'check')
  if (isSet(call, 'all-platforms')) {
    const { manifest, content } = await readRoot(artifact, signal)
    yield manifest.form === 'index' ? byPlatform(manifest) : [{ digest: content.descriptor.digest }]
  } else if (services.options.platform !== undefined) {
    const { content } = await readManifest(artifact, services, signal)
    yield content.descriptor.digest
  } else {
    const { descriptor } = await withSuggestion(artifact, signal, () =>
      artifact.registry.statManifest(artifact.repository, artifact.reference, { signal }),
    )
    yield descriptor.digest
  }
}

function byPlatform(
  index: IndexManifest,
): readonly { readonly platform?: string; readonly digest: string }[] {
  return index.manifests.map(({ platform, digest }) =>
    platform === undefined ? { digest } : { platform: formatPlatform(platform), digest },
  )
}

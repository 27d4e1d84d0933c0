import type { Part } from '@ocish/sdk'
import { textArg } from './call-values.ts'
import { openArtifact, withSuggestion } from './open-artifact.ts'
import { packFiles } from './pack-files.ts'
import { pushed } from './pushed.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const packed = await packFiles(call, services, 'attach', typeOfFirst)
  const to = await openArtifact(textArg(call, 'ref'), services, signal, 'write')
  const { descriptor } = await withSuggestion(to, signal, () =>
    to.registry.statManifest(to.repository, to.reference, { signal }),
  )
  const { mediaType, digest, size } = descriptor
  const options = { tags: [], dryRun: services.options.dryRun, signal }
  const published = await services.publish({ ...packed, subject: { mediaType, digest, size } }, to, options)
  if (services.options.dryRun) services.note('dry run: nothing was pushed')
  yield pushed(to, published)
}

function typeOfFirst(layers: readonly Part[]): string {
  return layers[0]?.mediaType ?? 'application/vnd.unknown.artifact.v1'
}

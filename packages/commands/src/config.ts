import { OcishError } from '@ocish/sdk'
import { textArg } from './call-values.ts'
import { openArtifact, readSingle } from './open-artifact.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const artifact = await openArtifact(textArg(call, 'ref'), services, call.signal)
  const { manifest } = await readSingle(artifact, services, call.signal)
  if (manifest.form !== 'image') {
    throw new OcishError('BLOB_NOT_FOUND', `${artifact.location.text} has no configuration`)
  }
  const { bytes } = await artifact.registry.openBlob(artifact.repository, manifest.config, {
    signal: call.signal,
  })
  yield* bytes
}

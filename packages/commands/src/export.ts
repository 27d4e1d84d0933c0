import { textArg } from './call-values.ts'
import { openArtifact, readSingle } from './open-artifact.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const artifact = await openArtifact(textArg(call, 'ref'), services, call.signal)
  const { content } = await readSingle(artifact, services, call.signal)
  yield* services.exportRoot(services.kinds.artifact(artifact, content, call.signal), call.signal)
}

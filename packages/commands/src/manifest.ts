import { isSet, textArg } from './call-values.ts'
import { openArtifact, readManifest } from './open-artifact.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const artifact = await openArtifact(textArg(call, 'ref'), services, call.signal)
  const { content } = await readManifest(artifact, services, call.signal)
  yield isSet(call, 'pretty') ? pretty(content.bytes) : content.bytes
}

function pretty(bytes: Uint8Array): Uint8Array {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`)
}

import { isSet, textArg } from './call-values.ts'
import { openArtifact, readContent, readManifest } from './open-artifact.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const artifact = await openArtifact(textArg(call, 'ref'), services, call.signal)
  // Without a choice nothing of it has to be understood, and a type of the future is printed as well.
  const { bytes } =
    services.options.platform === undefined
      ? await readContent(artifact, call.signal)
      : (await readManifest(artifact, services, call.signal)).content
  yield isSet(call, 'pretty') ? pretty(bytes) : bytes
}

function pretty(bytes: Uint8Array): Uint8Array {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`)
}

import type { Call } from '@ocish/shell'
import { textFlag } from './call-values.ts'
import type { Named, ReadManifest } from './open-artifact.ts'
import type { KindInfo, Services } from './services.ts'
import { genericName } from './source-kind.ts'

/** The kind of an artifact: `--as`, else the one that matches it; none with `--as generic`. Errors: those of `kinds.match`. */
export async function artifactKind(
  artifact: Named,
  read: ReadManifest,
  call: Call,
  services: Services,
): Promise<KindInfo | undefined> {
  const as = textFlag(call, 'as')
  return as === genericName ? undefined : services.kinds.match(artifact, read, as)
}

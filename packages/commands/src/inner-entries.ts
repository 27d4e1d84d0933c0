import type { OpenBytes, TreeEntry } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { artifactKind } from './artifact-kind.ts'
import type { Named, ReadManifest } from './open-artifact.ts'
import type { Services } from './services.ts'

/** A file inside an artifact. */
export type InnerEntry = TreeEntry & { readonly open?: OpenBytes }

/** What the kind lists inside an artifact; titled layers where no kind does. */
export async function* innerEntries(
  artifact: Named,
  read: ReadManifest,
  call: Call,
  services: Services,
): AsyncGenerator<InnerEntry, void> {
  const info = await artifactKind(artifact, read, call, services)
  const kind = info && (await services.kinds.load(info.name))
  if (kind?.list !== undefined) {
    const content = services.kinds.artifact(artifact, read.content, call.signal)
    yield* kind.list(content, services.kinds.context(kind, {}, call.signal))
    return
  }
  const { manifest } = read
  const layers =
    manifest.form === 'image' ? manifest.layers : manifest.form === 'artifact' ? manifest.blobs : []
  for (const layer of layers) {
    const path = layer.annotations?.['org.opencontainers.image.title']
    if (path === undefined) continue
    const { size, digest, mediaType } = layer
    yield { path, kind: 'file', size, digest, mediaType }
  }
}

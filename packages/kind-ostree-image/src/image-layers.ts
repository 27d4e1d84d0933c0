import { decompressed, readTar, type TarMember } from '@ocish/archive'
import { createDigester, OcishError, type Artifact, type Bytes } from '@ocish/sdk'
import type { ImageLayer } from './model.ts'

/** The entries of a layer. After the last one its uncompressed bytes have been compared with its diff_id. */
export async function* layerEntries(artifact: Artifact, layer: ImageLayer): AsyncGenerator<TarMember> {
  // Media types lie: what the first bytes say counts.
  yield* readTar(diffVerified(decompressed(artifact.open(layer.descriptor)), layer.diffId))
}

async function* diffVerified(bytes: Bytes, diffId: string): AsyncGenerator<Uint8Array> {
  const digester = createDigester()
  for await (const chunk of bytes) {
    digester.update(chunk)
    yield chunk
  }
  const found = digester.digest()
  if (found !== diffId)
    throw new OcishError('DIGEST_MISMATCH', `a layer unpacks to ${found}, not to its diff_id ${diffId}`, {
      details: { diffId, found },
    })
}

/** A member as a whole. Errors: LIMIT_EXCEEDED. */
export async function memberBytes(member: TarMember, limit: number): Promise<Buffer> {
  if (member.size > limit)
    throw new OcishError('LIMIT_EXCEEDED', `${JSON.stringify(member.path)} has more than ${limit} bytes`)
  const chunks: Uint8Array[] = []
  for await (const chunk of member.content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

import type { Bytes } from '@ocish/sdk'

const blockSize = 128 * 1024
/** What is at least this large is passed on as it is. */
const large = 32 * 1024

/** The same bytes in fewer pieces: headers and small files of a tar would each be hashed, compressed and written alone. */
export async function* gathered(bytes: Bytes): Bytes & AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    if (chunk.length < large) {
      chunks.push(chunk)
      size += chunk.length
      if (size < blockSize) continue
    }
    if (size > 0) yield joined(chunks, size)
    if (chunk.length >= large) yield chunk
    chunks = []
    size = 0
  }
  if (size > 0) yield joined(chunks, size)
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size)
}

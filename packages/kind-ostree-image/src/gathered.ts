import type { Bytes } from '@ocish/sdk'

const blockSize = 128 * 1024

/** The same bytes in fewer pieces: headers and small files of a tar would each be hashed, compressed and written alone. */
export async function* gathered(bytes: Bytes): Bytes & AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    size += chunk.length
    if (size < blockSize) continue
    yield chunks.length === 1 ? chunk : Buffer.concat(chunks, size)
    chunks = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(chunks, size)
}

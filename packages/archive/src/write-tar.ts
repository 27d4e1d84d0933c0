import { OcishError, type Bytes } from '@ocish/sdk'
import type { TarInput } from './entry.ts'
import { encodeTarHeader, padding, tarEnd, type HeaderOptions } from './header.ts'

/**
 * A tar stream of these entries, in their order, and its two closing blocks (no padding to 10 KiB). Equal entries give
 * equal bytes. Errors: SIZE_MISMATCH when an entry's content is not `size` bytes long.
 */
export async function* writeTar(
  entries: Iterable<TarInput> | AsyncIterable<TarInput>,
  options: HeaderOptions = {},
): Bytes & AsyncGenerator<Uint8Array, void> {
  for await (const entry of entries) {
    yield encodeTarHeader(entry, options)
    if (entry.type !== 'file' || entry.size === 0) continue
    let written = 0
    for await (const chunk of entry.open?.() ?? []) {
      written += chunk.length
      if (written > entry.size) break
      yield chunk
    }
    if (written !== entry.size) {
      throw new OcishError('SIZE_MISMATCH', `${JSON.stringify(entry.path)} changed while it was read`, {
        details: { expected: entry.size, got: written },
      })
    }
    const pad = padding(entry.size)
    if (pad.length > 0) yield pad
  }
  yield tarEnd()
}

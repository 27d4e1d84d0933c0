import { type Bytes, OcishError } from '@ocish/sdk'

/** Bytes of the first chunk that are looked at. */
const looked = 8192

/** Passes text through; a terminal gets no binary data. Errors: USAGE_BINARY_OUTPUT, and those of the stream. */
export async function* textOnly(bytes: Bytes): AsyncGenerator<Uint8Array, void> {
  let started = false
  for await (const chunk of bytes) {
    if (!started && isBinary(chunk.subarray(0, looked))) {
      throw new OcishError('USAGE_BINARY_OUTPUT', 'this is binary data, and a terminal shows text', {
        hint: 'Write it to a file with > FILE, or add --raw.',
      })
    }
    started = true
    yield chunk
  }
}

/** NUL, more control characters than any text has, or no UTF-8. */
function isBinary(head: Uint8Array): boolean {
  const controls = head.filter(
    (byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d,
  ).length
  if (head.includes(0) || controls * 10 > head.length) return true
  try {
    // The last character of the piece may be cut.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return false
  } catch {
    return true
  }
}

/** A part of a blob: `end` is the last byte. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads a `Range` header for content of `total` bytes (RFC 9110, section 14). Undefined: send everything, for no header,
 * several ranges or another unit; `unsatisfiable`: 416.
 */
export function readRange(
  header: string | undefined,
  total: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  if (total === 0) return undefined
  if (from === '') return suffix(Number(to), total)
  const start = Number(from)
  const end = to === '' ? total - 1 : Math.min(Number(to), total - 1)
  return start >= total || (to !== '' && Number(to) < start) ? 'unsatisfiable' : { start, end }
}

function suffix(length: number, total: number): ByteRange | 'unsatisfiable' {
  return length === 0 ? 'unsatisfiable' : { start: Math.max(0, total - length), end: total - 1 }
}

/** The bytes of a range out of a stream that begins at `position`. */
export async function* cutRange(
  bytes: AsyncIterable<Uint8Array>,
  position: number,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = position
  for await (const chunk of bytes) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at))
    at += chunk.length
    if (part.length > 0) yield part
    if (at > end) return
  }
}

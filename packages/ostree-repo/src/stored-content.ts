import { pipeline, Readable } from 'node:stream'
import { createDeflateRaw, deflateRawSync } from 'node:zlib'
import type { Bytes } from '@ocish/sdk'
import { encodeArchiveHeader, type ContentHeader } from './content-header.ts'
import { linkType, typeMask } from './dirtree.ts'

/** Modes that are written; the others need root, or are read only. */
export type WrittenMode = 'archive' | 'bare-user'

/** A file of a repository: its bytes, and where they are not the default its mode and attributes. */
export interface Stored {
  readonly bytes: Bytes
  readonly mode?: number
  readonly xattrs?: ReadonlyMap<string, Uint8Array>
}

/** The extension of content objects. */
export const storedKind: Readonly<Record<WrittenMode, 'filez' | 'file'>> = {
  archive: 'filez',
  'bare-user': 'file',
}

/** Contents up to this size are hashed and compressed at once; larger ones are named when they are there. */
export const smallContent: number = 256 * 1024

/** A content object as a mode stores it; `open` is called once. */
export function storedContent(
  mode: WrittenMode,
  header: ContentHeader,
  size: number,
  open: () => Bytes,
): Stored {
  return mode === 'archive' ? { bytes: archived(header, size, open) } : bareUser(header, open)
}

/** A header, then a raw deflate stream; a link has no body (ostree.md §6.2). */
async function* archived(
  header: ContentHeader,
  size: number,
  open: () => Bytes,
): Bytes & AsyncGenerator<Uint8Array> {
  yield encodeArchiveHeader(header, size)
  if ((header.mode & typeMask) === linkType) return
  if (size <= smallContent) {
    const chunks: Uint8Array[] = []
    for await (const chunk of open()) chunks.push(chunk)
    yield deflateRawSync(Buffer.concat(chunks))
    return
  }
  const deflater = createDeflateRaw({ chunkSize: 128 * 1024 })
  // Errors of either end arrive at the iteration below.
  pipeline(Readable.from(open(), { objectMode: false }), deflater, () => {})
  try {
    yield* deflater as AsyncIterable<Buffer>
  } finally {
    deflater.destroy()
  }
}

/** The bytes as they are, everything else in one attribute; a link is a file with its target (ostree.md §6.3). */
function bareUser(header: ContentHeader, open: () => Bytes): Stored {
  const numbers = Buffer.alloc(12)
  numbers.writeUInt32BE(header.uid, 0)
  numbers.writeUInt32BE(header.gid, 4)
  numbers.writeUInt32BE(header.mode, 8)
  const xattrs = new Map([['user.ostreemeta', Buffer.concat([numbers, header.xattrs])]])
  if ((header.mode & typeMask) !== linkType)
    return { bytes: open(), mode: (header.mode & 0o775) | 0o400, xattrs }
  return { bytes: only(Buffer.from(`${header.target}\0`)), mode: 0o644, xattrs }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

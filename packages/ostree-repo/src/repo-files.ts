import { OcishError, type Source } from '@ocish/sdk'

/** Where a repository is read from: a folder of the host, or anything that behaves like one. */
export type RepoFiles = Pick<Source, 'list' | 'stat' | 'readlink' | 'open' | 'xattrs' | 'head'>

/** A file as a whole. Errors: LIMIT_EXCEEDED, FILE_NOT_FOUND, FILE_FAILED. */
export async function readFile(files: RepoFiles, path: string, limit: number): Promise<Buffer> {
  const { size, bytes } = await readHead(files, path, headSize)
  if (size > limit)
    throw new OcishError('LIMIT_EXCEEDED', `${path} has ${size} bytes, more than ${limit}`, {
      details: { path, limit },
    })
  return bytes.length === size ? bytes : readRange(files, path, 0, size)
}

/** Most objects lie within their first bytes. */
export const headSize: number = 64 * 1024

/** A file's size and its first bytes. Errors: FILE_NOT_FOUND, FILE_FAILED for what is no regular file. */
export async function readHead(
  files: RepoFiles,
  path: string,
  length: number,
): Promise<{ readonly size: number; readonly bytes: Buffer }> {
  if (files.head !== undefined) {
    const { size, bytes } = await files.head(path, length)
    return { size, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) }
  }
  const { kind, size } = await files.stat(path)
  if (kind !== 'file') throw new OcishError('FILE_FAILED', `${path} is not a file`)
  return { size, bytes: await readRange(files, path, 0, Math.min(size, length)) }
}

/** Bytes from `start` to `end`, fewer where the file ends before. */
export async function readRange(files: RepoFiles, path: string, start: number, end: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  if (end > start) for await (const chunk of files.open(path, { start, end })) chunks.push(chunk)
  const [only] = chunks
  if (chunks.length === 1 && only) return Buffer.from(only.buffer, only.byteOffset, only.length)
  return Buffer.concat(chunks)
}

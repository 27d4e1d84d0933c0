import { createReadStream, createWriteStream, promises as fs } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type Bytes, OcishError } from '@ocish/sdk'
import type { Files } from '@ocish/shell'
import { expandPath, type PathBase } from './paths.ts'
import { errnoOf, temporaryName } from './private-file.ts'

/** The files that redirects and `save` name. Errors: FILE_NOT_FOUND, FILE_FAILED, RESTRICTED. */
export function localFiles(base: PathBase): Files {
  return {
    read: (path, signal) => read(path, expandPath(path, base), signal),
    write: async (path, bytes, { append, signal }) =>
      write(path, expandPath(path, base), bytes, append, signal),
    beginning: async (path) => beginning(expandPath(path, base)),
  }
}

async function* read(shown: string, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of createReadStream(path, { signal })) yield chunk as Buffer
  } catch (cause) {
    signal.throwIfAborted()
    throw new OcishError(
      errnoOf(cause) === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_FAILED',
      errnoOf(cause) === 'ENOENT' ? `no file ${shown}` : `cannot read ${shown}`,
      { cause },
    )
  }
}

/** A header is shorter than this. */
const beginningSize = 64 * 1024

/** A file that cannot be read is found out by writing it. */
async function beginning(path: string): Promise<string> {
  try {
    // To open a pipe would wait for whoever writes it.
    if (!(await fs.stat(path)).isFile()) return ''
    await using file = await fs.open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginningSize), 0, beginningSize, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return ''
  }
}

async function write(
  shown: string,
  named: string,
  bytes: Bytes,
  append: boolean,
  signal: AbortSignal,
): Promise<void> {
  try {
    // Through a link what it points to is replaced, not the link.
    const path = await fs.realpath(named).catch(() => named)
    const stats = await fs.stat(path).catch(() => undefined)
    if (stats === undefined || stats.isFile())
      await replace(path, bytes, { append, signal, mode: stats?.mode })
    // A device or a pipe cannot be replaced.
    else await pipeline(bytes, createWriteStream(path, { flags: 'a' }), { signal })
  } catch (cause) {
    signal.throwIfAborted()
    if (errnoOf(cause) === undefined || cause instanceof OcishError) throw cause
    throw new OcishError('FILE_FAILED', `cannot write ${shown}`, { cause })
  }
}

/** Everything goes to a file beside it, which takes the name when it is whole. */
async function replace(
  path: string,
  bytes: Bytes,
  options: { readonly append: boolean; readonly signal: AbortSignal; readonly mode: number | undefined },
): Promise<void> {
  const { append, signal, mode } = options
  const temporary = temporaryName(path)
  try {
    if (append && mode !== undefined) await fs.copyFile(path, temporary)
    const output = createWriteStream(temporary, { flags: append && mode !== undefined ? 'a' : 'wx' })
    await pipeline(bytes, output, { signal })
    if (mode !== undefined) await fs.chmod(temporary, mode & 0o777)
    await fs.rename(temporary, path)
  } finally {
    await fs.rm(temporary, { force: true })
  }
}

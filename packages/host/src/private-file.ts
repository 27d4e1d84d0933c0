import fs, { constants, type promises, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { OcishError } from '@ocish/sdk'

/** Creates a folder (and its parents) that only this user can enter. Errors: FILE_FAILED. */
export async function privateFolder(path: string): Promise<string> {
  await fs.promises.mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new OcishError('FILE_FAILED', `cannot create the folder ${path}`, { cause })
  })
  return path
}

/** The text of a file of our own, or nothing when there is none. Links are not followed. Errors: FILE_FAILED. */
export async function readPrivate(path: string, limit: number = 4 << 20): Promise<string | undefined> {
  let handle: promises.FileHandle | undefined
  try {
    handle = await fs.promises.open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const { size } = await handle.stat()
    if (size > limit) throw new OcishError('LIMIT_EXCEEDED', `${path} is larger than ${limit} bytes`)
    return await handle.readFile('utf8')
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined
    if (cause instanceof OcishError) throw cause
    throw new OcishError('FILE_FAILED', `cannot read ${path}`, { cause })
  } finally {
    await handle?.close()
  }
}

/** Replaces a file of our own as a whole, mode 0600: random name beside it (T52), then one rename. Errors: FILE_FAILED. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await privateFolder(dirname(path))
  const temporary = temporaryName(path)
  try {
    await fs.promises.writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
    await fs.promises.rename(temporary, path)
  } catch (cause) {
    await fs.promises.rm(temporary, { force: true })
    throw new OcishError('FILE_FAILED', `cannot write ${path}`, { cause })
  }
}

/** A name in the same folder that nobody can guess, to be created exclusively. */
export function temporaryName(path: string): string {
  // Loaded when a file is written: the start only reads.
  const { randomBytes } = process.getBuiltinModule('node:crypto')
  return join(dirname(path), `.ocish-${randomBytes(12).toString('hex')}.tmp`)
}

/** The code of a system error (`ENOENT`), else undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** `lstat`, or nothing when there is no such entry (or a parent is no folder). */
export async function lstatOrNothing(path: string): Promise<Stats | undefined> {
  try {
    return await fs.promises.lstat(path)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Gives a file a new name that must be free; a plain rename would silently replace what is there. */
export async function moveExclusively(from: string, to: string): Promise<void> {
  try {
    await fs.promises.link(from, to)
  } catch (error) {
    const code = errnoOf(error)
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw error
    await fs.promises.copyFile(from, to, constants.COPYFILE_EXCL)
  }
  await fs.promises.rm(from)
}

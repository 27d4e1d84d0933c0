import { type FileHandle, chmod, chown, lstat, open, rename, rm } from 'node:fs/promises'
import type { CallOptions, StagedBlob } from '@ocish/core'
import { fileError, systemCode } from './file-error.ts'
import type { Lease } from './lease.ts'

const slabSize = 1024 * 1024
/** What a new file may have before umask. */
const newFileMode = 0o666

/** A whole, verified file in the ingest area, and the right to it. */
export interface Staged {
  readonly path: string
  readonly file: FileHandle
  readonly lease: Lease
}

/** The file of a download as what its caller may save. */
export function stagedBlob({ path, file, lease }: Staged): StagedBlob {
  const isStillOurs = async (): Promise<boolean> => {
    const [ours, named] = await Promise.all([file.stat(), lstat(path).catch(() => undefined)])
    return named?.ino === ours.ino && named.dev === ours.dev && (await lease.isHeld())
  }
  return {
    async saveTo(target, { keep = false, signal }: CallOptions & { readonly keep?: boolean } = {}) {
      signal?.throwIfAborted()
      try {
        // Taken over by somebody who thought we were gone: the name is theirs, the open file is ours.
        if (!keep && (await isStillOurs()) && (await moved(path, target))) return
        await copied(file, target, signal)
      } catch (error) {
        throw fileError(error, `write ${target}`)
      }
    },
    async drop() {
      if (await isStillOurs().catch(() => false)) await rm(path, { force: true }).catch(() => {})
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await lease.release()
    },
  }
}

/** False: a rename would give another file than one that was made in its place, or cannot be. */
async function moved(path: string, target: string): Promise<boolean> {
  const [from, to] = await Promise.all([lstat(path), lstat(target)])
  const mode = to.mode & 0o777
  // Another mode than umask leaves comes from an access list of the folder, whose entries only a new file gets.
  if (from.dev !== to.dev || from.uid !== to.uid || mode !== (newFileMode & ~process.umask())) return false
  try {
    if (from.gid !== to.gid) await chown(path, to.uid, to.gid)
    await chmod(path, mode)
    await rename(path, target)
    return true
  } catch (error) {
    if (['EXDEV', 'EPERM', 'EACCES'].includes(systemCode(error) ?? '')) return false
    throw error
  }
}

async function copied(from: FileHandle, target: string, signal: AbortSignal | undefined): Promise<void> {
  const to = await open(target, 'r+')
  try {
    const slab = Buffer.allocUnsafeSlow(slabSize)
    for (let position = 0; ;) {
      signal?.throwIfAborted()
      const { bytesRead } = await from.read(slab, 0, slab.length, position)
      if (bytesRead === 0) return
      await written(to, slab.subarray(0, bytesRead), position)
      position += bytesRead
    }
  } finally {
    await to.close()
  }
}

async function written(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

import { join } from 'node:path'
import { privateFolder } from './private-file.ts'

/** Runs work while nobody else on this machine holds the same key. Errors: CACHE_LOCKED, and what the work throws. */
export type Exclusive = <T>(key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>

/** Lock files in `folder`, and a queue within this process, before them; without a folder the queue alone. */
export function createExclusive(folder: string | undefined): Exclusive {
  const queues = new Map<string, Promise<unknown>>()
  return async (key, signal, work) => {
    const before = queues.get(key) ?? Promise.resolve()
    const run = before.then(async () => {
      signal.throwIfAborted()
      if (folder === undefined) return work()
      const { withLock } = await import('@ocish/cache')
      const name = process.getBuiltinModule('node:crypto').hash('sha256', key, 'hex')
      return withLock(join(await privateFolder(folder), `${name}.lock`), work, { signal })
    })
    const settled = run.catch(() => undefined)
    queues.set(key, settled)
    try {
      return await run
    } finally {
      if (queues.get(key) === settled) queues.delete(key)
    }
  }
}

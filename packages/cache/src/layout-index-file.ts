import { type BigIntStats } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from './durable-file.ts'
import { fileError, isMissing } from './file-error.ts'
import { type HeldLock, withLock } from './folder-lock.ts'
import { LayoutIndex, maxIndexSize } from './index-json.ts'
import { statSmallFile } from './small-file.ts'

/** Turns one state of `index.json` into the next; what it throws reaches the caller of `update`, and nothing changes. */
export type IndexChange = (index: LayoutIndex) => Promise<LayoutIndex> | LayoutIndex

interface Waiting {
  readonly change: IndexChange
  readonly done: () => void
  readonly failed: (error: unknown) => void
  readonly signal: AbortSignal | undefined
}

/**
 * The one file of a layout that changes. Reading neither locks nor writes: the file is only ever replaced as a whole.
 * Updates that meet in this process share one turn of the lock.
 */
export class LayoutIndexFile {
  readonly path: string
  readonly #mode: number
  #known: { readonly stamp: string; readonly index: LayoutIndex } | undefined
  #waiting: Waiting[] = []
  #running = false

  constructor(folder: string, mode: number) {
    this.path = join(folder, 'index.json')
    this.#mode = mode
  }

  /** Undefined: there is no such file. Errors: LAYOUT_INVALID, DIGEST_INVALID, LIMIT_EXCEEDED, FILE_FAILED. */
  async read(): Promise<LayoutIndex | undefined> {
    try {
      const stamp = stampOf(await statSmallFile(this.path, maxIndexSize))
      if (this.#known?.stamp !== stamp) {
        this.#known = { stamp, index: LayoutIndex.parse(await readFile(this.path), this.path) }
      }
      return this.#known.index
    } catch (error) {
      if (isMissing(error)) return undefined
      throw fileError(error, `read ${this.path}`)
    }
  }

  /** Read, change, replace, under the lock. Errors: those of `change` and `read`, CACHE_LOCKED. */
  update(change: IndexChange, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason)
      const settle = (): void => signal?.removeEventListener('abort', onAbort)
      const done = (): void => (settle(), resolve())
      const failed = (error: unknown): void => (settle(), reject(error))
      signal?.addEventListener('abort', onAbort)
      this.#waiting.push({ change, done, failed, signal })
      void this.#run()
    })
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#turn(batch)
    this.#running = false
  }

  #take(): readonly Waiting[] {
    const batch = this.#waiting
    this.#waiting = []
    return batch
  }

  async #turn(batch: readonly Waiting[]): Promise<void> {
    const wanted = whileWanted(batch)
    try {
      const path = `${this.path}.lock`
      const { signal } = wanted
      let succeeded: readonly Waiting[] | undefined
      while (succeeded === undefined)
        succeeded = await withLock(path, (lock) => this.#write(batch, lock), { signal })
      for (const waiting of succeeded) waiting.done()
    } catch (error) {
      const reported = fileError(error, `write ${this.path}`)
      for (const waiting of batch) waiting.failed(reported)
    } finally {
      wanted.end()
    }
  }

  /** Undefined: the lock was lost before anything was written; others may have written meanwhile. */
  async #write(batch: readonly Waiting[], lock: HeldLock): Promise<readonly Waiting[] | undefined> {
    const { text, changed, succeeded } = await this.#apply(batch)
    if (!(await lock.isStillHeld())) return undefined
    if (changed) await writeDurably(this.path, text, this.#mode)
    return succeeded
  }

  async #apply(
    batch: readonly Waiting[],
  ): Promise<{ readonly text: string; readonly changed: boolean; readonly succeeded: readonly Waiting[] }> {
    this.#known = undefined
    const before = await this.read()
    let index = before ?? LayoutIndex.empty()
    const succeeded: Waiting[] = []
    for (const waiting of batch) {
      try {
        waiting.signal?.throwIfAborted()
        index = await waiting.change(index)
        succeeded.push(waiting)
      } catch (error) {
        waiting.failed(error)
      }
    }
    return { text: index.encode(), changed: index !== before, succeeded }
  }
}

/** A signal that aborts when nobody of the batch waits any more. */
function whileWanted(batch: readonly Waiting[]): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController()
  const check = (): void => {
    if (batch.every(({ signal }) => signal?.aborted)) controller.abort(batch[0]?.signal?.reason)
  }
  for (const { signal } of batch) signal?.addEventListener('abort', check)
  check()
  return {
    signal: controller.signal,
    end: () => {
      for (const { signal } of batch) signal?.removeEventListener('abort', check)
    },
  }
}

function stampOf(stats: BigIntStats): string {
  return `${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}`
}

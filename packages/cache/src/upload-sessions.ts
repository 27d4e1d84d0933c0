import { lstat, open, opendir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  algorithmOf,
  type Bytes,
  createDigester,
  type Descriptor,
  type Digester,
  digestOf,
  octetStream,
  OcishError,
} from '@ocish/sdk'
import { type CallOptions, Turns, type Upload } from '@ocish/core'
import { type BlobPool, readFileBytes } from './blob-pool.ts'
import { BlobWriter } from './blob-writer.ts'
import { randomName } from './durable-file.ts'
import { fileError, systemCode } from './file-error.ts'
import { removeAbandonedLock } from './folder-lock.ts'

/** Milliseconds without a write after which a session, or what a killed process left, is removed. */
const abandonedAfter = 24 * 60 * 60 * 1000
/** New files, sessions, and what came of a blob. */
const unfinished =
  /^(?:new-[0-9a-f]{32}|upload-[0-9a-f]{32}-[0-9a-f]{16}|sha(?:256|512)-[0-9a-f]{64,128}(?:\.[0-9a-f]{32})?)$/
/** Sessions whose running hash is remembered; the others are hashed again at their end. */
const maxRemembered = 256

/** Called with what a session became, before the caller hears of it. */
export type OnCommitted = (descriptor: Descriptor) => Promise<void>

/** Chunked uploads whose state is a file: any process can go on with one. */
export class UploadSessions {
  readonly #pool: BlobPool
  readonly #remembered = new Map<string, Session>()

  constructor(pool: BlobPool) {
    this.#pool = pool
  }

  async start(repository: string, algorithm: string | undefined, onCommitted: OnCommitted): Promise<Upload> {
    const id = randomName()
    const file = await this.#pool.inScratch(() => open(this.#path(repository, id), 'wx', this.#pool.fileMode))
    await file.close()
    const digester = createDigester(
      algorithm === undefined ? 'sha256' : algorithmOf(`${algorithm}:${zeros(algorithm)}`),
    )
    return this.#remember(
      new Session(this.#pool, this.#path(repository, id), id, 0, { digester, size: 0 }),
      onCommitted,
    )
  }

  /** Errors: UPLOAD_NOT_FOUND. */
  async resume(repository: string, id: string, onCommitted: OnCommitted): Promise<Upload> {
    const size = /^[0-9a-f]{32}$/.test(id) ? await sizeOf(this.#path(repository, id)) : undefined
    if (size === undefined) throw gone(id)
    const known = this.#remembered.get(id)
    const session =
      known?.offset === size ? known : new Session(this.#pool, this.#path(repository, id), id, size)
    return this.#remember(session, onCommitted)
  }

  /** Removes what nobody went on with for a day, and the locks of processes that are gone. */
  async sweep(): Promise<void> {
    const limit = Date.now() - abandonedAfter
    try {
      for await (const { name } of await opendir(this.#pool.scratch)) {
        const path = join(this.#pool.scratch, name)
        if (name.endsWith('.lock')) await removeAbandonedLock(path)
        if (!unfinished.test(name)) continue
        const found = await lstat(path).catch(() => undefined)
        if (found !== undefined && found.mtimeMs < limit) await rm(path, { force: true })
      }
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fileError(error, `read ${this.#pool.scratch}`)
    }
  }

  /** The repository is part of the name: a session belongs to it. */
  #path(repository: string, id: string): string {
    const owner = digestOf(new TextEncoder().encode(repository)).slice(-16)
    return join(this.#pool.scratch, `upload-${id}-${owner}`)
  }

  #remember(session: Session, onCommitted: OnCommitted): Upload {
    this.#remembered.delete(session.id)
    this.#remembered.set(session.id, session)
    const oldest = this.#remembered.keys().next()
    if (this.#remembered.size > maxRemembered && !oldest.done) this.#remembered.delete(oldest.value)
    const forget = (): void => {
      this.#remembered.delete(session.id)
    }
    return {
      id: session.id,
      get offset() {
        return session.offset
      },
      write: (chunk, options) => session.write(chunk, options?.signal),
      commit: async (digest, options) => {
        const descriptor = await session.commit(digest, options?.signal).finally(forget)
        await onCommitted(descriptor)
        return descriptor
      },
      cancel: async (_options?: CallOptions) => {
        forget()
        await session.cancel()
      },
    }
  }
}

class Session {
  readonly id: string
  readonly #pool: BlobPool
  readonly #path: string
  #offset: number
  /** The running hash, and how many bytes it has seen. */
  #hashed: { readonly digester: Digester; size: number } | undefined
  readonly #turns = new Turns()

  constructor(
    pool: BlobPool,
    path: string,
    id: string,
    offset: number,
    hashed?: { readonly digester: Digester; size: number },
  ) {
    this.#pool = pool
    this.#path = path
    this.id = id
    this.#offset = offset
    this.#hashed = hashed
  }

  get offset(): number {
    return this.#offset
  }

  write(chunk: Uint8Array | Bytes, signal?: AbortSignal): Promise<void> {
    return this.#turns.take(() => this.#append(chunk instanceof Uint8Array ? [chunk] : chunk, signal))
  }

  commit(digest: string, signal?: AbortSignal): Promise<Descriptor> {
    return this.#turns.take(async () => {
      const algorithm = algorithmOf(digest)
      const { digester, size } = await this.#complete(digest, signal)
      const file = await this.#open()
      const writer = BlobWriter.resume(this.#path, file, digester, size)
      const written = await this.#pool.publish(writer, algorithm, { digest })
      return { mediaType: octetStream, ...written }
    })
  }

  cancel(): Promise<void> {
    return this.#turns.take(() => rm(this.#path, { force: true }))
  }

  async #append(chunks: Iterable<Uint8Array> | Bytes, signal?: AbortSignal): Promise<void> {
    const file = await this.#open()
    try {
      for await (const chunk of chunks) {
        signal?.throwIfAborted()
        for (let done = 0; done < chunk.length;) {
          const { bytesWritten } = await file.write(chunk, done, chunk.length - done, this.#offset)
          done += bytesWritten
          this.#offset += bytesWritten
        }
        this.#hash(chunk)
      }
    } catch (error) {
      throw fileError(error, `write ${this.#path}`)
    } finally {
      await file.close()
    }
  }

  #hash(chunk: Uint8Array): void {
    const hashed = this.#hashed
    if (hashed === undefined) return
    hashed.digester.update(chunk)
    hashed.size += chunk.length
    // A chunk that was cut by an error left bytes behind that were never hashed.
    if (hashed.size !== this.#offset) this.#hashed = undefined
  }

  async #complete(
    digest: string,
    signal?: AbortSignal,
  ): Promise<{ readonly digester: Digester; size: number }> {
    const hashed = this.#hashed
    this.#hashed = undefined
    const running = hashed?.digester.digest()
    if (hashed?.size === this.#offset && running === digest) return { ...hashed, digester: settled(digest) }
    const digester = createDigester(algorithmOf(digest))
    let size = 0
    for await (const chunk of readFileBytes(this.#path, 0, signal)) {
      digester.update(chunk)
      size += chunk.length
    }
    return { digester, size }
  }

  async #open(): ReturnType<typeof open> {
    try {
      return await open(this.#path, 'r+')
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw gone(this.id)
      throw fileError(error, `write ${this.#path}`)
    }
  }
}

/** A digester that has come to its end. */
function settled(digest: string): Digester {
  return { update: () => {}, digest: () => digest }
}

function zeros(algorithm: string): string {
  return '0'.repeat(algorithm === 'sha512' ? 128 : 64)
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileError(error, `read ${path}`)
  }
}

function gone(id: string): OcishError {
  const shown = id.length > 64 ? `${id.slice(0, 64)}…` : id
  return new OcishError('UPLOAD_NOT_FOUND', `no upload ${JSON.stringify(shown)}`, {
    hint: 'Start the upload again.',
  })
}

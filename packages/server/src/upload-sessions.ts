import { type Registry, type Upload, hasCode, OcishError, Turns } from '@ocish/core'
import { refuse } from './answer.ts'
import type { Limits } from './options.ts'
import { SpooledUpload } from './spooled-upload.ts'

/** An unfinished upload. Requests on it are answered one after the other, never at once. */
export class UploadSession {
  readonly id: string
  readonly repository: string
  readonly user: string | undefined
  readonly upload: Upload
  /** Milliseconds since the epoch. */
  lastUse: number = Date.now()
  /** A chunk below the minimum has arrived: it was the last one. */
  hadShortChunk = false
  readonly #turns = new Turns()

  constructor(id: string, repository: string, user: string | undefined, upload: Upload) {
    this.id = id
    this.repository = repository
    this.user = user
    this.upload = upload
  }

  /** Runs `work` after everything that came before it. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.lastUse = Date.now()
    try {
      return await this.#turns.take(work)
    } finally {
      this.lastUse = Date.now()
    }
  }
}

/** An id of a registry that nobody can guess is used as it is; the session then outlives the server. */
const unguessable = /^[A-Za-z0-9_-]{20,200}$/

/** The unfinished uploads of a server. */
export class UploadSessions {
  readonly #registry: Registry
  readonly #limits: Limits
  readonly #sessions = new Map<string, UploadSession>()

  constructor(registry: Registry, limits: Limits) {
    this.#registry = registry
    this.#limits = limits
  }

  /** Opens a session; `upload` is one that a refused mount left. Throws 429 when there are too many. */
  async start(
    repository: string,
    user: string | undefined,
    options: { readonly upload?: Upload; readonly algorithm?: string } = {},
  ): Promise<UploadSession> {
    await this.#forgetIdle()
    if (this.#sessions.size >= this.#limits.uploads) {
      await options.upload?.cancel()
      throw refuse(429, 'TOOMANYREQUESTS', 'too many unfinished uploads', { 'retry-after': '60' })
    }
    const upload = options.upload ?? (await this.#startUpload(repository, options.algorithm))
    const { randomUUID } = await import('node:crypto')
    const id = unguessable.test(upload.id) ? upload.id : randomUUID()
    return this.#keep(new UploadSession(id, repository, user, upload))
  }

  /** Errors: UPLOAD_NOT_FOUND, also for the session of another repository or user. */
  async find(repository: string, id: string, user: string | undefined): Promise<UploadSession> {
    const session = this.#sessions.get(id) ?? (await this.#resume(repository, id, user))
    const idle = Date.now() - session.lastUse > this.#limits.uploadIdle * 1000
    if (session.repository !== repository || session.user !== user || idle) throw unknownUpload()
    return session
  }

  forget(session: UploadSession): void {
    this.#sessions.delete(session.id)
  }

  /** Lets go of what only this server holds; what the registry keeps can be resumed later. */
  async close(): Promise<void> {
    for (const { upload } of this.#sessions.values())
      if (upload instanceof SpooledUpload) await upload.cancel()
    this.#sessions.clear()
  }

  #keep(session: UploadSession): UploadSession {
    this.#sessions.set(session.id, session)
    return session
  }

  async #startUpload(repository: string, algorithm: string | undefined): Promise<Upload> {
    if (this.#registry.abilities.readOnly) throw new OcishError('UNSUPPORTED', 'the registry is read-only')
    if (this.#registry.abilities.chunked !== false) {
      try {
        return await this.#registry.startUpload(repository, { ...(algorithm !== undefined && { algorithm }) })
      } catch (error) {
        if (!hasCode(error, 'UNSUPPORTED')) throw error
      }
    }
    return await SpooledUpload.create(this.#registry, repository)
  }

  async #resume(repository: string, id: string, user: string | undefined): Promise<UploadSession> {
    if (!unguessable.test(id) || this.#registry.abilities.chunked === false) throw unknownUpload()
    try {
      const upload = await this.#registry.resumeUpload(repository, id)
      return this.#sessions.get(id) ?? this.#keep(new UploadSession(id, repository, user, upload))
    } catch (error) {
      throw hasCode(error, 'UNSUPPORTED') ? unknownUpload() : error
    }
  }

  async #forgetIdle(): Promise<void> {
    const oldest = Date.now() - this.#limits.uploadIdle * 1000
    for (const session of this.#sessions.values()) {
      if (session.lastUse >= oldest) continue
      this.forget(session)
      await session.upload.cancel()
    }
  }
}

function unknownUpload(): OcishError {
  return new OcishError('UPLOAD_NOT_FOUND', 'no such upload')
}

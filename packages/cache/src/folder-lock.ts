import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { digestOf, OcishError } from '@ocish/sdk'
import { randomName } from './durable-file.ts'
import { systemCode } from './file-error.ts'
import { pauseAbout } from './pause-about.ts'
import { isGone, type ProcessIdentity, thisProcess } from './process-identity.ts'

/** Milliseconds. */
const patience = { waiting: 60_000, unreadable: 2_000, elsewhere: 30_000 }

/** How long a lock that another process holds is waited for. Errors: CACHE_LOCKED. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until CACHE_LOCKED; default one minute. */
  readonly wait?: number
}

/** What the holder of a lock may ask. */
export interface HeldLock {
  /** False when somebody took the lock for abandoned: nothing may be written then. */
  isStillHeld(): Promise<boolean>
}

/**
 * Runs `work` while the file `path` exists and is ours, among all processes of all machines that see its folder.
 * A lock whose process is gone is renamed away; one from another machine after half a minute without a change.
 * Errors: CACHE_LOCKED.
 */
export async function withLock<T>(
  path: string,
  work: (lock: HeldLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const content = `${JSON.stringify({ ...(await thisProcess()), token: randomName() })}\n`
  await acquire(path, content, options)
  const isHeld = (): boolean => contentOf(path) === content
  try {
    return await work({ isStillHeld: () => Promise.resolve(isHeld()) })
  } finally {
    if (isHeld()) rmSync(path, { force: true })
  }
}

/** Removes a lock that nobody will ask for again, if its process is gone. */
export async function removeAbandonedLock(path: string): Promise<void> {
  const held = contentOf(path)
  if (held !== undefined && (await isAbandoned(held, 0))) await moveAway(path, held, {})
}

async function acquire(path: string, content: string, options: LockOptions): Promise<void> {
  const begin = performance.now()
  let seen: { readonly content: string; readonly since: number } | undefined
  while (!create(path, content)) {
    options.signal?.throwIfAborted()
    const held = contentOf(path)
    if (held === undefined) {
      // Let go of meanwhile, or a link to nothing, which must not keep this process busy.
      await pauseAbout(1, options.signal)
      continue
    }
    const now = performance.now()
    if (seen?.content !== held) seen = { content: held, since: now }
    if (await isAbandoned(held, now - seen.since)) {
      await moveAway(path, held, options)
      continue
    }
    if (now - begin > (options.wait ?? patience.waiting)) throw locked(path, held)
    await pauseAbout(12, options.signal)
  }
}

/** A lock is a few bytes: on the thread pool each of its calls would cost more than it does here. */
function create(path: string, content: string): boolean {
  let file: number
  try {
    file = openSync(path, 'wx', 0o644)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
  try {
    writeSync(file, content)
    return true
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function isAbandoned(content: string, unchangedFor: number): Promise<boolean> {
  const owner = ownerOf(content)
  // The holder died, or is about to write, between creating and filling the file.
  if (owner === undefined) return unchangedFor > patience.unreadable
  return (
    (await isGone(owner)) || (owner.host !== (await thisProcess()).host && unchangedFor > patience.elsewhere)
  )
}

/**
 * Of several processes that judge the same lock, one at a time looks again: as long as it holds the lock named after what
 * was judged, nobody else renames that content away, and a later lock has another one. Should a holder that was judged
 * wrongly (on another machine) be alive, it finds out by `isStillHeld`.
 */
async function moveAway(path: string, judged: string, options: LockOptions): Promise<void> {
  const name = digestOf(new TextEncoder().encode(judged)).slice(-16)
  await withLock(
    `${path}.${name}`,
    async () => {
      if (contentOf(path) !== judged) return
      const away = `${path}.${randomName()}`
      renameSync(path, away)
      rmSync(away, { force: true })
    },
    options,
  )
}

function ownerOf(content: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value !== 'object' || value === null) return undefined
    const { host, pid, started } = value as Partial<Record<string, unknown>>
    if (typeof host !== 'string' || typeof started !== 'string') return undefined
    return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0
      ? { host, pid, started }
      : undefined
  } catch {
    // Half written, or of somebody else: who wrote it cannot be told.
    return undefined
  }
}

function locked(path: string, content: string): OcishError {
  const owner = ownerOf(content)
  const by = owner === undefined ? '' : ` by process ${owner.pid} on ${owner.host.split(' ')[0]}`
  return new OcishError('CACHE_LOCKED', `${path} is held${by}`, {
    hint: 'Wait until that process has ended, or remove the file if it never will.',
  })
}

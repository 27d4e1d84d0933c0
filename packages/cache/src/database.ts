import { open, rename, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { hasCode, isOcishError, OcishError } from '@ocish/sdk'
import { makeFolder } from './make-folder.ts'
import { randomName } from './durable-file.ts'
import { systemCode } from './file-error.ts'
import { pauseAbout } from './pause-about.ts'
import { schema, schemaVersion } from './schema.ts'

/** Milliseconds until a database that somebody else holds is given up. */
const patience = 30_000
/** `application_id` of a database that has been filled from the layouts. */
const filledMark = 0x6f636973
/** sqlite's primary result codes. */
const result = { busy: 5, locked: 6, corrupt: 11, noDatabase: 26 }

/** File systems that other machines see, by statfs(2) type: a shared-memory index (WAL) does not work there. */
const networkFileSystems: ReadonlySet<number> = new Set([
  0x69_69, // NFS
  0x51_7b, // SMB
  0xff_53_4d_42, // CIFS
  0xfe_53_4d_42, // SMB2
  0x65_73_55_46, // FUSE: anything may be behind it
  0x01_02_19_97, // 9P
  0x00_c3_64_00, // Ceph
  0x0b_d0_0b_d0, // Lustre
  0x47_50_46_53, // GPFS
  0x5346_414f, // AFS
])

/** A row of a table, by column. */
export type Row = Readonly<Record<string, SQLOutputValue>>
type Value = SQLInputValue

/** What work on the database may do; valid only while the call lasts. */
export interface Tables {
  readonly get: (sql: string, ...values: Value[]) => Row | undefined
  readonly all: (sql: string, ...values: Value[]) => readonly Row[]
  /** Rows changed. */
  readonly run: (sql: string, ...values: Value[]) => number
}

/**
 * The store's sqlite database. sqlite is synchronous, so nothing here ever waits inside it: what is locked is tried
 * again after an awaited, jittered pause, and a piece of work is one synchronous function over at most 1,000 rows.
 */
export class StoreDatabase {
  /** False: it lives in memory, since nothing can be written. */
  readonly isPersistent: boolean
  /** Nobody has filled it from the layouts yet: it has just been created, or whoever began did not come to an end. */
  readonly isEmpty: boolean
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #tables: Tables

  private constructor(database: DatabaseSync, isPersistent: boolean, isEmpty: boolean) {
    this.#database = database
    this.isPersistent = isPersistent
    this.isEmpty = isEmpty
    this.#tables = {
      get: (sql, ...values) => this.#prepare(sql).get(...values),
      all: (sql, ...values) => this.#prepare(sql).all(...values),
      run: (sql, ...values) => Number(this.#prepare(sql).run(...values).changes),
    }
  }

  /** Opens or creates `path`; what cannot be used is moved aside, and where nothing can be written, memory does. */
  static async open(path: string, warn: (message: string) => void): Promise<StoreDatabase> {
    try {
      return await openFile(path)
    } catch (error) {
      if (isCode(error, result.corrupt, result.noDatabase) || error instanceof OtherVersion) {
        warn(`the cache's database ${path} could not be read (${messageOf(error)}) and is built anew`)
        return await moveAside(path).then(
          () => openFile(path),
          () => openMemory(),
        )
      }
      if (hasCode(error, 'CACHE_LOCKED') || !isExpected(error)) throw error
      warn(`nothing can be cached in ${dirname(path)}: ${messageOf(error)}`)
      return await openMemory()
    }
  }

  /** For an opener: with its tables in place. */
  static create(database: DatabaseSync, isPersistent: boolean, isEmpty: boolean): StoreDatabase {
    return new StoreDatabase(database, isPersistent, isEmpty)
  }

  /** Runs statements outside a transaction. Errors: CACHE_LOCKED, CACHE_FAILED. */
  read<T>(work: (tables: Tables) => T, signal?: AbortSignal): Promise<T> {
    return whenFree(() => work(this.#tables), signal)
  }

  /** Runs statements in one transaction, all or none. Errors: CACHE_LOCKED, CACHE_FAILED, and what `work` throws. */
  write<T>(work: (tables: Tables) => T, signal?: AbortSignal): Promise<T> {
    return whenFree(() => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const value = work(this.#tables)
        this.#database.exec('COMMIT')
        return value
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    }, signal)
  }

  /** It has been filled. */
  async markFilled(): Promise<void> {
    await whenFree(() => this.#database.exec(`PRAGMA application_id = ${filledMark}`))
  }

  close(): void {
    if (!this.#database.isOpen) return
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

class OtherVersion extends Error {}

async function openFile(path: string): Promise<StoreDatabase> {
  await makeFolder(dirname(path), 0o700)
  // sqlite would create it for everybody to read; its companions take over the mode.
  await (await open(path, 'a', 0o600)).close()
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    const isLocal = await isLocalFileSystem(path)
    const isEmpty = await whenFree(() => prepare(database, isLocal))
    return StoreDatabase.create(database, true, isEmpty)
  } catch (error) {
    database.close()
    throw error
  }
}

async function openMemory(): Promise<StoreDatabase> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(':memory:')
  return StoreDatabase.create(database, false, prepare(database, false))
}

/** True when it has to be filled. */
function prepare(database: DatabaseSync, isLocal: boolean): boolean {
  database.exec(`PRAGMA journal_mode = ${isLocal ? 'WAL' : 'DELETE'}; PRAGMA synchronous = NORMAL`)
  const versionOf = (): number => Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  const isFilled = (): boolean =>
    database.prepare('PRAGMA application_id').get()?.['application_id'] === filledMark
  if (versionOf() === schemaVersion) return !isFilled()
  database.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have been faster.
    const version = versionOf()
    if (version === 0) database.exec(`${schema} PRAGMA user_version = ${schemaVersion}`)
    database.exec('COMMIT')
    if (version !== 0 && version !== schemaVersion) throw new OtherVersion(`it is of version ${version}`)
    return !isFilled()
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

async function whenFree<T>(work: () => T, signal?: AbortSignal): Promise<T> {
  const begin = performance.now()
  for (;;) {
    signal?.throwIfAborted()
    try {
      return work()
    } catch (error) {
      if (!isCode(error, result.busy, result.locked)) throw databaseError(error)
      if (performance.now() - begin > patience) {
        throw new OcishError('CACHE_LOCKED', 'the cache is in use by another process', {
          cause: error,
          hint: 'Wait until the other ocish has finished.',
        })
      }
    }
    await pauseAbout(10, signal)
  }
}

async function isLocalFileSystem(path: string): Promise<boolean> {
  const { type } = await statfs(path)
  return !networkFileSystems.has(type)
}

async function moveAside(path: string): Promise<void> {
  await rename(path, `${path}.damaged-${randomName()}`)
  for (const companion of ['-wal', '-shm', '-journal']) await rm(`${path}${companion}`, { force: true })
}

function databaseError(error: unknown): unknown {
  if (sqliteCode(error) === undefined || isCode(error, result.corrupt, result.noDatabase)) return error
  return new OcishError('CACHE_FAILED', `the cache's database failed: ${messageOf(error)}`, { cause: error })
}

function isCode(error: unknown, ...codes: readonly number[]): boolean {
  const code = sqliteCode(error)
  return code !== undefined && codes.includes(code & 0xff)
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

/** Something about the place, as against a mistake of ours. */
function isExpected(error: unknown): boolean {
  return isOcishError(error) || systemCode(error) !== undefined || sqliteCode(error) !== undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

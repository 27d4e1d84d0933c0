import { mkdirSync, chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { LeftTransfers } from '../jobs/left-transfers.ts'
import type { PastLine } from '../prompt/state.ts'
import { escaped } from './escaped.ts'
import { redacted } from './redact.ts'

/** A line with its number in the history. */
export interface HistoryEntry extends PastLine {
  readonly id: number
}

/** Lines that are read into memory for the prompt. */
const keptInMemory = 5000
const keptAtAll = 50_000
const textLimit = 64 * 1024

/**
 * The lines of all sessions, in one database that concurrent sessions share. Where no database can be used, the lines of
 * this session are kept in memory. Nothing here throws or waits: history is no reason to fail.
 */
export class HistoryStore implements Disposable {
  /** What sessions began to transfer and did not end. */
  readonly transfers: LeftTransfers
  readonly #database: DatabaseSync | undefined
  readonly #lines: HistoryEntry[] = []
  #seen = 0
  #next = -1

  private constructor(database: DatabaseSync | undefined) {
    this.#database = database
    this.transfers = new LeftTransfers(database)
    this.refresh()
  }

  /** Opens (and makes) `file`; absent: memory only. Loads the database code only here. */
  static async open(file: string | undefined, warn: (message: string) => void): Promise<HistoryStore> {
    if (file === undefined) return new HistoryStore(undefined)
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      const sqlite = await import('node:sqlite')
      const database = new sqlite.DatabaseSync(file, { timeout: 50 })
      chmodSync(file, 0o600)
      database.exec('PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=NORMAL;')
      database.exec(
        'CREATE TABLE IF NOT EXISTS lines (id INTEGER PRIMARY KEY, text TEXT NOT NULL, context TEXT NOT NULL, at INTEGER NOT NULL, status INTEGER, duration INTEGER)',
      )
      database.prepare('DELETE FROM lines WHERE id <= (SELECT max(id) FROM lines) - ?').run(keptAtAll)
      return new HistoryStore(database)
    } catch {
      warn('the history cannot be kept: its file cannot be used')
      return new HistoryStore(undefined)
    }
  }

  /** Oldest first. */
  get lines(): readonly HistoryEntry[] {
    return this.#lines
  }

  /** Keeps a line, its secrets hidden and its hostile characters escaped; answers its number for `finish`. Empty lines and those that begin with a blank are not kept. */
  add(text: string, context: string, at: number): number | undefined {
    if (text.trim() === '' || text.startsWith(' ') || text.length > textLimit) return undefined
    const kept = escaped(redacted(text))
    const id = this.#try((database) =>
      Number(
        database.prepare('INSERT INTO lines (text, context, at) VALUES (?, ?, ?)').run(kept, context, at)
          .lastInsertRowid,
      ),
    )
    if (id !== undefined) {
      this.refresh()
      return id
    }
    this.#lines.push({ id: this.#next, text: kept, context, at })
    this.#next -= 1
    return this.#next + 1
  }

  /** How it ended, and how many milliseconds it took. */
  finish(id: number, status: number, duration: number): void {
    const index = this.#lines.findIndex((line) => line.id === id)
    if (index >= 0) this.#lines[index] = { ...this.#lines[index]!, status, duration }
    if (id > 0)
      this.#try((database) =>
        database.prepare('UPDATE lines SET status = ?, duration = ? WHERE id = ?').run(status, duration, id),
      )
  }

  /** Takes in what other sessions added. */
  refresh(): void {
    const rows = this.#try((database) =>
      database
        .prepare('SELECT * FROM (SELECT * FROM lines WHERE id > ? ORDER BY id DESC LIMIT ?) ORDER BY id')
        .all(this.#seen, keptInMemory),
    )
    for (const row of rows ?? []) {
      const entry = entryOf(row)
      this.#seen = entry.id
      this.#lines.push(entry)
    }
    if (this.#lines.length > keptInMemory) this.#lines.splice(0, this.#lines.length - keptInMemory)
  }

  [Symbol.dispose](): void {
    this.#try((database) => database.close())
  }

  /** Busy or broken: undefined. */
  #try<T>(work: (database: DatabaseSync) => T): T | undefined {
    try {
      return this.#database === undefined ? undefined : work(this.#database)
    } catch {
      return undefined
    }
  }
}

function entryOf(row: Readonly<Record<string, unknown>>): HistoryEntry {
  const { id, text, context, at, status, duration } = row
  return {
    id: Number(id),
    text: String(text),
    context: String(context),
    at: Number(at),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof duration === 'number' ? { duration } : {}),
  }
}

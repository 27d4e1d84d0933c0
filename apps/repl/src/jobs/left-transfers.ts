import type { DatabaseSync } from 'node:sqlite'

/** A transfer that a session began and did not end. */
export interface LeftTransfer {
  readonly id: number
  readonly line: string
  /** What its names are relative to. */
  readonly context: string
  /** Milliseconds since the epoch. */
  readonly started: number
}

/** Transfers that are kept at most. */
const limit = 50

/**
 * Transfers at work, kept in the sessions' database: one that is still there when its session is gone was left, and a
 * later session takes it over. Without a database nothing is kept. Nothing here throws.
 */
export class LeftTransfers {
  readonly #database: DatabaseSync | undefined
  readonly #isAlive: (pid: number) => boolean

  constructor(database: DatabaseSync | undefined, isAlive: (pid: number) => boolean = isRunning) {
    this.#database = database
    this.#isAlive = isAlive
    this.#try((open) =>
      open.exec(
        'CREATE TABLE IF NOT EXISTS transfers (id INTEGER PRIMARY KEY, line TEXT NOT NULL, context TEXT NOT NULL, started INTEGER NOT NULL, pid INTEGER NOT NULL)',
      ),
    )
  }

  /** It began to move bytes; answers its number for `end`. */
  begin(line: string, context: string, started: number, pid: number = process.pid): number | undefined {
    return this.#try((open) =>
      Number(
        open
          .prepare('INSERT INTO transfers (line, context, started, pid) VALUES (?, ?, ?, ?)')
          .run(line, context, started, pid).lastInsertRowid,
      ),
    )
  }

  /** There is nothing to go on with. */
  end(id: number): void {
    this.#try((open) => open.prepare('DELETE FROM transfers WHERE id = ?').run(id))
  }

  /** Those whose session is gone, oldest first; they belong to this session from here on. */
  adopt(pid: number = process.pid): readonly LeftTransfer[] {
    const rows = this.#try((open) =>
      open.prepare('SELECT * FROM transfers ORDER BY id DESC LIMIT ?').all(limit),
    )
    const left = (rows ?? []).filter(
      (row) => Number(row['pid']) === pid || !this.#isAlive(Number(row['pid'])),
    )
    for (const row of left)
      this.#try((open) =>
        open.prepare('UPDATE transfers SET pid = ? WHERE id = ?').run(pid, Number(row['id'])),
      )
    return left
      .map(({ id, line, context, started }) => ({
        id: Number(id),
        line: String(line),
        context: String(context),
        started: Number(started),
      }))
      .toReversed()
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

/** Somebody else's process is a process too. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

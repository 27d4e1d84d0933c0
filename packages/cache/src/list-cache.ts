import { randomInt } from 'node:crypto'
import type { StoreDatabase } from './database.ts'

const batch = 500
/** Milliseconds after which a list that nobody finished is garbage. */
const unfinishedAfter = 60 * 60 * 1000

/** The key of the repositories of a host. */
export function repositoriesKey(host: string): string {
  return `repositories ${host}`
}

/** The key of the tags of a repository (with its host). */
export function tagsKey(repository: string): string {
  return `tags ${repository}`
}

/** The keys of the referrers of a subject; what follows is the artifact type that was asked for. */
export function referrersKey(repository: string, subject: string): string {
  return `referrers ${repository}@${subject} `
}

/** A list of names as an origin gave it, whole. */
export interface KnownList {
  readonly generation: number
  readonly etag?: string
  /** Milliseconds since 1970. */
  readonly checked: number
}

/** One name of a list, with what the origin said of it. */
export interface ListEntry {
  readonly name: string
  readonly value: string | null
}

/** Takes a list as it arrives; it counts only once it is finished. */
export interface ListWriter {
  add(name: string, value: string | null): Promise<void>
  finish(etag: string | undefined): Promise<void>
}

/** Tag, repository and referrer lists of origins, each replaced as a whole. */
export class ListCache {
  readonly #database: StoreDatabase

  constructor(database: StoreDatabase) {
    this.#database = database
  }

  async find(key: string): Promise<KnownList | undefined> {
    const row = await this.#database.read(({ get }) =>
      get('SELECT generation, etag, checked FROM lists WHERE key = ?', key),
    )
    if (row === undefined) return undefined
    const { etag } = row
    const known = { generation: Number(row['generation']), checked: Number(row['checked']) }
    return typeof etag === 'string' ? { ...known, etag } : known
  }

  /** Names after `last`, sorted by bytes. */
  async *entries(list: KnownList, last = ''): AsyncGenerator<ListEntry, void> {
    for (let after = last; ;) {
      const from = after
      const rows = await this.#database.read(({ all }) =>
        all(
          'SELECT name, value FROM list_entries WHERE generation = ? AND name > ? ORDER BY name LIMIT ?',
          list.generation,
          from,
          batch,
        ),
      )
      for (const row of rows) {
        const { value } = row
        yield { name: String(row['name']), value: typeof value === 'string' ? value : null }
      }
      if (rows.length < batch) return
      after = String(rows.at(-1)?.['name'])
    }
  }

  /** The names that begin with `prefix`, at most `limit`: one read, for completion. */
  async startingWith(key: string, prefix: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#database.read(({ all }) =>
      all(
        `SELECT name FROM list_entries WHERE generation = (SELECT generation FROM lists WHERE key = ?1)
         AND name >= ?2 AND substr(name, 1, length(?2)) = ?2 ORDER BY name LIMIT ?3`,
        key,
        prefix,
        limit,
      ),
    )
    return rows.map((row) => String(row['name']))
  }

  replace(key: string): ListWriter {
    // Time first: what nobody finished is recognised by it.
    const generation = Date.now() * 2048 + randomInt(2048)
    let pending: ListEntry[] = []
    const flush = async (): Promise<void> => {
      const entries = pending
      pending = []
      await this.#database.write(({ run }) => {
        for (const { name, value } of entries) {
          run(
            'INSERT OR REPLACE INTO list_entries (generation, name, value) VALUES (?, ?, ?)',
            generation,
            name,
            value,
          )
        }
      })
    }
    return {
      add: async (name, value) => {
        pending.push({ name, value })
        if (pending.length >= batch) await flush()
      },
      finish: async (etag) => {
        await flush()
        await this.#show(key, generation, etag)
      },
    }
  }

  /** The origin says that nothing has changed. */
  async confirm(key: string): Promise<void> {
    await this.#database.write(({ run }) =>
      run('UPDATE lists SET checked = ? WHERE key = ?', Date.now(), key),
    )
  }

  /** Something was written that changes the list: the next reader has to ask. */
  async expire(key: string): Promise<void> {
    await this.#database.write(({ run }) =>
      run('UPDATE lists SET checked = 0, etag = NULL WHERE key = ?', key),
    )
  }

  /** Every list whose key begins like this. */
  async expireBelow(prefix: string): Promise<void> {
    await this.#database.write(({ run }) =>
      run('UPDATE lists SET checked = 0, etag = NULL WHERE substr(key, 1, length(?1)) = ?1', prefix),
    )
  }

  /** Removes every list, or only what belongs to none. */
  async clear(what: 'all' | 'unfinished'): Promise<void> {
    if (what === 'all') await this.#database.write(({ run }) => run('DELETE FROM lists'))
    const limit = what === 'all' ? Number.MAX_SAFE_INTEGER : (Date.now() - unfinishedAfter) * 2048
    while ((await this.#removeUnused(limit)) > 0);
  }

  async #show(key: string, generation: number, etag: string | undefined): Promise<void> {
    const before = await this.#database.write(({ get, run }) => {
      const row = get('SELECT generation FROM lists WHERE key = ?', key)
      run(
        'INSERT OR REPLACE INTO lists (key, generation, etag, checked) VALUES (?, ?, ?, ?)',
        key,
        generation,
        etag ?? null,
        Date.now(),
      )
      return row && Number(row['generation'])
    })
    if (before === undefined) return
    while ((await this.#removeGeneration(before)) > 0);
  }

  async #removeGeneration(generation: number): Promise<number> {
    return await this.#database.write(({ run }) =>
      run(
        `DELETE FROM list_entries WHERE generation = ?1 AND name IN (
           SELECT name FROM list_entries WHERE generation = ?1 LIMIT ?2)`,
        generation,
        batch,
      ),
    )
  }

  async #removeUnused(before: number): Promise<number> {
    return await this.#database.write(({ run }) =>
      run(
        `DELETE FROM list_entries WHERE (generation, name) IN (
           SELECT generation, name FROM list_entries e WHERE generation < ?1
           AND NOT EXISTS (SELECT 1 FROM lists l WHERE l.generation = e.generation) LIMIT ?2)`,
        before,
        batch,
      ),
    )
  }
}

import { rmSync } from 'node:fs'
import type { Tables } from './database.ts'
import { leasedDigests } from './lease.ts'
import type { OpenState, StoreState } from './store-state.ts'

/** Milliseconds for which nothing new is collected: whoever writes blobs writes the manifest only afterwards. */
const grace = 60 * 60 * 1000
/** Milliseconds after which a download that nobody went on with is not worth keeping. */
const abandoned = 7 * 24 * 60 * 60 * 1000
const batch = 200

/** A blob of the store (the shape of `CacheView` in @ocish/commands). */
export interface StoredBlob {
  readonly digest: string
  readonly size: number
  readonly lastUse: Date
  readonly repositories: readonly string[]
}

/** What one reference needs. `unique` are the bytes that no other reference of the store needs. */
export interface StoreUsage {
  readonly ref: string
  readonly size: number
  readonly unique: number
  readonly shared: number
  readonly count: number
}

/** What `prune` removes: what was not used since a moment, or what is oldest until little enough is left. */
export interface PruneOptions {
  /** What was used last before. */
  readonly before?: Date
  /** What was used longest ago, until this much is left. */
  readonly keepBytes?: number
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

interface Candidate {
  readonly digest: string
  readonly size: number
  readonly use: number
  readonly added: number
  readonly isReached: boolean
}

/**
 * A blob is as young as the youngest manifest made of it: using an image keeps its layers. What no manifest or tag of a
 * repository reaches has only its own age.
 */
const youth = `
WITH RECURSIVE
  roots (digest) AS (SELECT digest FROM manifests),
  reach (digest, use) AS (
    SELECT r.digest, coalesce(b.last_use, 0) FROM roots r LEFT JOIN blobs b ON b.digest = r.digest
    UNION
    SELECT e.child, reach.use FROM reach JOIN edges e ON e.parent = reach.digest
  ),
  young (digest, use) AS (SELECT digest, max(use) FROM reach GROUP BY digest)
SELECT b.digest, b.size, b.added, max(b.last_use, coalesce(y.use, 0)) AS use, y.digest IS NOT NULL AS reached
FROM blobs b LEFT JOIN young y ON y.digest = b.digest`

/** All blobs of a store by digest. */
export async function* storedBlobs({ database }: OpenState): AsyncGenerator<StoredBlob, void> {
  for (let after = ''; ;) {
    const from = after
    const rows = await database.read((tables) =>
      tables
        .all('SELECT digest, size, last_use FROM blobs WHERE digest > ? ORDER BY digest LIMIT ?', from, batch)
        .map((row) => ({
          digest: String(row['digest']),
          size: Number(row['size']),
          lastUse: new Date(Number(row['last_use'])),
          repositories: holdersOf(tables, String(row['digest'])),
        })),
    )
    yield* rows
    if (rows.length < batch) return
    after = rows.at(-1)?.digest ?? ''
  }
}

/** What each tag, and each manifest without one, needs of what is here. */
export async function* storeUsage({ database }: OpenState): AsyncGenerator<StoreUsage, void> {
  const roots = await database.read(({ all }) =>
    all(`SELECT r.name, t.tag, m.digest FROM manifests m JOIN repositories r ON r.id = m.repository
      LEFT JOIN tags t ON t.repository = m.repository AND t.digest = m.digest
      WHERE t.tag IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM edges e JOIN manifests p ON p.digest = e.parent AND p.repository = m.repository
        WHERE e.child = m.digest)
      ORDER BY r.name, t.tag, m.digest`),
  )
  const needs: { readonly ref: string; readonly blobs: ReadonlyMap<string, number> }[] = []
  const users = new Map<string, number>()
  for (const root of roots) {
    const digest = String(root['digest'])
    const { name, tag } = root
    const ref = typeof tag === 'string' ? `${String(name)}:${tag}` : `${String(name)}@${digest}`
    const blobs = await database.read((tables) => reachedFrom(tables, digest))
    for (const each of blobs.keys()) users.set(each, (users.get(each) ?? 0) + 1)
    needs.push({ ref, blobs })
  }
  for (const { ref, blobs } of needs) {
    const size = sum(blobs.values())
    const unique = sum([...blobs].filter(([digest]) => users.get(digest) === 1).map(([, each]) => each))
    yield { ref, size, unique, shared: size - unique, count: blobs.size }
  }
}

/**
 * Removes blobs and yields them. Without `before` and `keepBytes` only what nothing leads to. What is being downloaded,
 * and what is younger than an hour and not reached yet, stays.
 */
export async function* prune(
  state: StoreState,
  open: OpenState,
  options: PruneOptions,
): AsyncGenerator<StoredBlob, void> {
  const candidates = await open.database.read(({ all }) => all(youth).map(candidate))
  const leased = await leasedDigests(open.database)
  const free = candidates.filter(({ digest }) => !leased.has(digest))
  yield* removeBlobs(state, open, chosen(free, options), options)
  if (options.dryRun) return
  await open.lists.clear('unfinished')
  await open.ingest.sweep(Date.now() - abandoned)
}

/** Removes everything but what is being downloaded, and yields it. */
export async function* clear(
  state: StoreState,
  open: OpenState,
  options: Pick<PruneOptions, 'dryRun' | 'signal'>,
): AsyncGenerator<StoredBlob, void> {
  const leased = await leasedDigests(open.database)
  const digests = await open.database.read(({ all }) => all(youth).map(candidate))
  yield* removeBlobs(
    state,
    open,
    digests.filter(({ digest }) => !leased.has(digest)),
    options,
  )
  if (options.dryRun) return
  await open.lists.clear('all')
  await open.ingest.sweep(Number.POSITIVE_INFINITY)
}

function chosen(candidates: readonly Candidate[], options: PruneOptions): readonly Candidate[] {
  const { before, keepBytes } = options
  const settled = candidates.filter((each) => each.isReached || each.added < Date.now() - grace)
  if (before === undefined && keepBytes === undefined) return settled.filter((each) => !each.isReached)
  const oldestFirst = settled.toSorted((a, b) => a.use - b.use)
  let left = sum(candidates.map((each) => each.size))
  return oldestFirst.filter((each) => {
    const isOld = before !== undefined && each.use < before.getTime()
    const isTooMuch = keepBytes !== undefined && left > keepBytes
    if (isOld || isTooMuch) left -= each.size
    return isOld || isTooMuch
  })
}

async function* removeBlobs(
  state: StoreState,
  { database, mirror }: OpenState,
  blobs: readonly Candidate[],
  options: Pick<PruneOptions, 'dryRun' | 'signal'>,
): AsyncGenerator<StoredBlob, void> {
  for (let start = 0; start < blobs.length; start += batch) {
    options.signal.throwIfAborted()
    const removed = await database.write((tables) => {
      const result: StoredBlob[] = []
      for (const { digest, use } of blobs.slice(start, start + batch)) {
        const row = tables.get('SELECT size, last_use FROM blobs WHERE digest = ?', digest)
        // Somebody used it since it was chosen.
        if (row === undefined || Number(row['last_use']) > use) continue
        const repositories = holdersOf(tables, digest)
        result.push({ digest, size: Number(row['size']), lastUse: new Date(use), repositories })
        if (!options.dryRun) forget(tables, digest, state)
      }
      return result
    })
    if (!options.dryRun)
      for (const { repositories } of removed) for (const name of repositories) mirror.changed(name)
    yield* removed
  }
}

/** In one transaction with the file: whoever stores the same blob now sees it before or misses it afterwards. */
function forget(tables: Tables, digest: string, state: StoreState): void {
  tables.run(
    `UPDATE repositories SET version = version + 1 WHERE id IN (SELECT repository FROM manifests WHERE digest = ?)`,
    digest,
  )
  for (const table of ['blobs', 'holdings', 'manifests', 'tags']) {
    tables.run(`DELETE FROM ${table} WHERE digest = ?`, digest)
  }
  tables.run('DELETE FROM edges WHERE parent = ?', digest)
  rmSync(state.pool.path(digest), { force: true })
}

function holdersOf({ all }: Tables, digest: string): readonly string[] {
  const rows = all(
    `SELECT DISTINCT name FROM repositories WHERE id IN (
       SELECT repository FROM holdings WHERE digest = ?1 UNION SELECT repository FROM manifests WHERE digest = ?1
       UNION SELECT m.repository FROM edges e JOIN manifests m ON m.digest = e.parent WHERE e.child = ?1)
     ORDER BY name`,
    digest,
  )
  return rows.map((row) => String(row['name']))
}

function reachedFrom({ all }: Tables, digest: string): ReadonlyMap<string, number> {
  const rows = all(
    `WITH RECURSIVE reach (digest) AS (
       SELECT ? UNION SELECT e.child FROM reach JOIN edges e ON e.parent = reach.digest)
     SELECT b.digest, b.size FROM reach JOIN blobs b ON b.digest = reach.digest`,
    digest,
  )
  return new Map(rows.map((row) => [String(row['digest']), Number(row['size'])]))
}

function candidate(row: Readonly<Record<string, unknown>>): Candidate {
  return {
    digest: String(row['digest']),
    size: Number(row['size']),
    use: Number(row['use']),
    added: Number(row['added']),
    isReached: row['reached'] === 1,
  }
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

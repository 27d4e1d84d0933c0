import { mkdir, opendir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Turns } from '@ocish/core'
import { isManifestMediaType } from '@ocish/sdk'
import type { BlobPool } from './blob-pool.ts'
import type { Catalog } from './catalog.ts'
import type { StoreDatabase } from './database.ts'
import { fileError, isMissing, systemCode } from './file-error.ts'
import { createEntry, type LayoutEntry, LayoutIndex } from './index-json.ts'
import { createLayoutHeader } from './layout-header.ts'
import { LayoutIndexFile } from './layout-index-file.ts'
import type { ManifestReader } from './manifest-facts.ts'
import { repositoryFolder, repositoryOfFolder } from './repository-folder.ts'

/** Milliseconds between two writings of the same `index.json`. */
const pace = 1000

/** What is mirrored, and where to. */
export interface MirrorOptions {
  readonly database: StoreDatabase
  readonly pool: BlobPool
  /** `repos/` of the store. */
  readonly folder: string
  readonly warn: (message: string) => void
}

/** Keeps a layout for each repository of the database, written a little behind it, for other tools to read. */
export class LayoutMirror {
  readonly #options: MirrorOptions
  readonly #behind = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  readonly #turns = new Turns()

  constructor(options: MirrorOptions) {
    this.#options = options
  }

  /** The repository has changed; its file follows within a second, or with `flush`. */
  changed(repository: string): void {
    if (!this.#options.database.isPersistent) return
    this.#behind.add(repository)
    // The timer keeps no process alive: what is behind at the end of one is caught up by the next.
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#warn), pace).unref()
  }

  /** What a process that was killed left behind. */
  async catchUp(): Promise<void> {
    const rows = await this.#options.database.read(({ all }) =>
      all('SELECT name FROM repositories WHERE version > written LIMIT 1000'),
    )
    for (const row of rows) this.changed(String(row['name']))
  }

  /** Writes everything that is behind. Errors: FILE_FAILED, CACHE_LOCKED. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const repositories = [...this.#behind]
    this.#behind.clear()
    await this.#turns.take(async () => {
      for (const repository of repositories) await this.#write(repository)
    })
  }

  readonly #warn = (error: unknown): void => {
    this.#options.warn(`the cache could not be written for other tools: ${String(error)}`)
  }

  async #write(repository: string): Promise<void> {
    const { database, pool } = this.#options
    const folder = join(this.#options.folder, repositoryFolder(repository))
    await this.#prepare(folder)
    const file = new LayoutIndexFile(folder, pool.fileMode)
    let version = 0
    await file.update(async () => {
      // Before the entries: what changes in between is written once more.
      version = await versionOf(database, repository)
      const entries: LayoutEntry[] = []
      for await (const entry of entriesOf(database, repository)) entries.push(entry)
      return LayoutIndex.empty().with(entries)
    })
    await database.write(({ run }) =>
      run('UPDATE repositories SET written = max(written, ?) WHERE name = ?', version, repository),
    )
  }

  async #prepare(folder: string): Promise<void> {
    const { pool } = this.#options
    try {
      await mkdir(folder, { recursive: true, mode: pool.folderMode })
      await symlink('../../blobs', join(folder, 'blobs')).catch((error: unknown) => {
        if (systemCode(error) !== 'EEXIST') throw error
      })
      await createLayoutHeader(folder, pool)
    } catch (error) {
      throw fileError(error, `create ${folder}`)
    }
  }
}

async function versionOf(database: StoreDatabase, repository: string): Promise<number> {
  const row = await database.read(({ get }) =>
    get('SELECT version FROM repositories WHERE name = ?', repository),
  )
  return Number(row?.['version'] ?? 0)
}

/** Tags, and manifests that neither a tag nor another manifest leads to. */
async function* entriesOf(database: StoreDatabase, repository: string): AsyncGenerator<LayoutEntry, void> {
  const sql = {
    tags: `SELECT t.tag, m.digest, m.media_type, m.size FROM tags t JOIN repositories r ON r.id = t.repository
      JOIN manifests m ON m.repository = t.repository AND m.digest = t.digest
      WHERE r.name = ? AND t.tag > ? ORDER BY t.tag LIMIT 1000`,
    roots: `SELECT NULL AS tag, m.digest, m.media_type, m.size FROM manifests m JOIN repositories r ON r.id = m.repository
      WHERE r.name = ? AND m.digest > ?
      AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.repository = m.repository AND t.digest = m.digest)
      AND NOT EXISTS (SELECT 1 FROM edges e JOIN manifests p ON p.digest = e.parent AND p.repository = m.repository
        WHERE e.child = m.digest)
      ORDER BY m.digest LIMIT 1000`,
  }
  for (const [key, query] of [
    ['tag', sql.tags],
    ['digest', sql.roots],
  ] as const) {
    for (let after = ''; ;) {
      const last = after
      const rows = await database.read(({ all }) => all(query, repository, last))
      for (const row of rows) {
        const tag = row['tag']
        yield createEntry({
          repository: '',
          tag: typeof tag === 'string' ? tag : undefined,
          digest: String(row['digest']),
          mediaType: String(row['media_type']),
          size: Number(row['size']),
        })
      }
      if (rows.length < 1000) break
      after = String(rows.at(-1)?.[key])
    }
  }
}

/** Fills an empty database from the layouts and the blobs that are there. */
export async function rebuild(
  options: MirrorOptions,
  catalog: Catalog,
  manifests: ManifestReader,
): Promise<void> {
  for await (const name of foldersIn(options.folder)) {
    const repository = repositoryOfFolder(name)
    if (repository === undefined) continue
    const index = await new LayoutIndexFile(join(options.folder, name), options.pool.fileMode)
      .read()
      .catch(() => undefined)
    for (const entry of index?.entries ?? []) {
      if (entry.repository === '') await readd(repository, entry.digest, entry.tag, catalog, manifests)
    }
  }
  for await (const blob of options.pool.blobs()) {
    await options.database.write(({ run }) =>
      run(
        'INSERT INTO blobs (digest, size, added, last_use) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        blob.digest,
        blob.size,
        blob.modified.getTime(),
        blob.modified.getTime(),
      ),
    )
  }
}

async function readd(
  repository: string,
  digest: string,
  tag: string | undefined,
  catalog: Catalog,
  manifests: ManifestReader,
  depth = 0,
): Promise<void> {
  const facts = await manifests.facts(digest).catch(() => undefined)
  if (facts === undefined || depth > 8) return
  const descriptor = { mediaType: facts.mediaType, digest, size: facts.size }
  await catalog.addManifest({
    repository,
    descriptor,
    facts,
    tags: tag === undefined ? [] : [tag],
    checked: 0,
  })
  for (const part of facts.parts) {
    if (isManifestMediaType(part.mediaType))
      await readd(repository, part.digest, undefined, catalog, manifests, depth + 1)
    else if (await manifests.has(part.digest)) await catalog.hold(repository, part.digest, part.size)
  }
}

async function* foldersIn(folder: string): AsyncGenerator<string, void> {
  try {
    for await (const entry of await opendir(folder)) if (entry.isDirectory()) yield entry.name
  } catch (error) {
    if (!isMissing(error)) throw fileError(error, `read ${folder}`)
  }
}

import type { Descriptor } from '@ocish/sdk'
import type { Row, StoreDatabase, Tables } from './database.ts'
import type { ManifestFacts } from './manifest-facts.ts'

const batch = 500

/** A manifest as the store knows it in one repository. */
export interface KnownManifest {
  readonly digest: string
  readonly mediaType: string
  readonly size: number
}

/** A tag as it was when somebody last asked the origin. */
export interface KnownTag extends KnownManifest {
  readonly etag?: string
  /** Milliseconds since 1970; 0: nobody knows. */
  readonly checked: number
}

/** What is written with a manifest in one act. */
export interface ManifestRecord {
  readonly repository: string
  readonly descriptor: Descriptor
  readonly facts: ManifestFacts
  readonly tags: readonly string[]
  readonly etag?: string | undefined
  /** When the origin said so; default now. */
  readonly checked?: number
  /** Looks at what the tags are now, and throws to refuse. */
  readonly check?: (digestOf: (tag: string) => string | undefined) => void
}

/** Which repositories, manifests, tags and blobs the store has: everything that is written to `index.json` too. */
export class Catalog {
  readonly #database: StoreDatabase
  readonly #onChange: (repository: string) => void

  /** `onChange` hears of each repository whose `index.json` is behind. */
  constructor(database: StoreDatabase, onChange: (repository: string) => void) {
    this.#database = database
    this.#onChange = onChange
  }

  async manifest(repository: string, digest: string): Promise<KnownManifest | undefined> {
    const row = await this.#database.read(({ get }) =>
      get(
        `SELECT m.digest, media_type, size FROM manifests m JOIN repositories r ON r.id = m.repository
         WHERE r.name = ? AND m.digest = ?`,
        repository,
        digest,
      ),
    )
    return row && knownManifest(row)
  }

  async tag(repository: string, tag: string): Promise<KnownTag | undefined> {
    const row = await this.#database.read(({ get }) =>
      get(
        `SELECT t.digest, media_type, size, etag, checked FROM tags t JOIN repositories r ON r.id = t.repository
         WHERE r.name = ? AND tag = ?`,
        repository,
        tag,
      ),
    )
    if (row === undefined) return undefined
    const etag = row['etag']
    return {
      ...knownManifest(row),
      ...(typeof etag === 'string' && { etag }),
      checked: Number(row['checked']),
    }
  }

  /** Errors: what `check` throws. */
  async addManifest(record: ManifestRecord, signal?: AbortSignal): Promise<void> {
    const { repository, descriptor, facts, tags, etag } = record
    const { digest, size, mediaType } = descriptor
    await this.#addEdges(digest, facts)
    const now = Date.now()
    await this.#database.write((tables) => {
      const id = repositoryId(tables, repository)
      record.check?.((tag) => digestAt(tables, id, tag))
      tables.run(
        `INSERT INTO manifests (repository, digest, media_type, size, subject) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET media_type = excluded.media_type`,
        id,
        digest,
        mediaType,
        size,
        facts.subject ?? null,
      )
      addBlob(tables, digest, size, now)
      for (const tag of tags) {
        setTag(tables, id, tag, {
          digest,
          mediaType,
          size,
          checked: record.checked ?? now,
          ...(etag && { etag }),
        })
      }
      tables.run('UPDATE repositories SET version = version + 1 WHERE id = ?', id)
    }, signal)
    this.#onChange(repository)
  }

  /** Notes where a tag points without having the manifest (a HEAD said so), or that it still points there. */
  async noteTag(repository: string, tag: string, known: KnownTag): Promise<void> {
    const changed = await this.#database.write((tables) => {
      const id = repositoryId(tables, repository)
      const before = digestAt(tables, id, tag)
      setTag(tables, id, tag, known)
      if (before === known.digest) return false
      return tables.run('UPDATE repositories SET version = version + 1 WHERE id = ?', id) > 0
    })
    if (changed) this.#onChange(repository)
  }

  /** No tag of repositories whose names begin like this is fresh any more. */
  async expireTags(prefix: string): Promise<void> {
    await this.#database.write(({ run }) =>
      run(
        `UPDATE tags SET checked = 0 WHERE repository IN
         (SELECT id FROM repositories WHERE substr(name, 1, length(?1)) = ?1)`,
        prefix,
      ),
    )
  }

  /** False: there was no such tag. */
  async removeTag(repository: string, tag: string): Promise<boolean> {
    return await this.#change(repository, ({ run }, id) =>
      run('DELETE FROM tags WHERE repository = ? AND tag = ?', id, tag),
    )
  }

  /** With all its tags. False: there was no such manifest. */
  async removeManifest(repository: string, digest: string): Promise<boolean> {
    return await this.#change(repository, ({ run }, id) => {
      const tags = run('DELETE FROM tags WHERE repository = ? AND digest = ?', id, digest)
      return run('DELETE FROM manifests WHERE repository = ? AND digest = ?', id, digest) + tags
    })
  }

  /** A blob is in the pool and belongs to the repository. */
  async hold(repository: string, digest: string, size: number): Promise<void> {
    const now = Date.now()
    await this.#database.write((tables) => {
      const id = repositoryId(tables, repository)
      tables.run('INSERT INTO holdings (repository, digest) VALUES (?, ?) ON CONFLICT DO NOTHING', id, digest)
      addBlob(tables, digest, size, now)
    })
  }

  /** The origin has it there, which says nothing about the pool. */
  async noteLocation(repository: string, digest: string): Promise<void> {
    await this.#database.write((tables) => {
      const id = repositoryId(tables, repository)
      tables.run('INSERT INTO holdings (repository, digest) VALUES (?, ?) ON CONFLICT DO NOTHING', id, digest)
    })
  }

  /** As a blob or as a manifest. */
  async holds(repository: string, digest: string): Promise<boolean> {
    const row = await this.#database.read(({ get }) =>
      get(
        `SELECT 1 FROM repositories r WHERE name = ?1 AND (
           EXISTS (SELECT 1 FROM holdings h WHERE h.repository = r.id AND h.digest = ?2) OR
           EXISTS (SELECT 1 FROM manifests m WHERE m.repository = r.id AND m.digest = ?2))`,
        repository,
        digest,
      ),
    )
    return row !== undefined
  }

  /** False: it did not hold it. */
  async release(repository: string, digest: string): Promise<boolean> {
    return await this.#database.write(({ run }) => {
      const sql = `DELETE FROM holdings WHERE digest = ? AND repository = (SELECT id FROM repositories WHERE name = ?)`
      return run(sql, digest, repository) > 0
    })
  }

  /** Repositories below `prefix` that hold the blob or a manifest made of it, the latest first. */
  async locations(digest: string, prefix: string, limit = 8): Promise<readonly string[]> {
    const rows = await this.#database.read(({ all }) =>
      all(
        `SELECT name FROM repositories WHERE substr(name, 1, length(?2)) = ?2 AND id IN (
           SELECT repository FROM holdings WHERE digest = ?1
           UNION SELECT m.repository FROM edges e JOIN manifests m ON m.digest = e.parent WHERE e.child = ?1)
         ORDER BY id DESC LIMIT ?3`,
        digest,
        prefix,
        limit,
      ),
    )
    return rows.map((row) => String(row['name']))
  }

  /** Tags whose manifest is here, sorted by bytes; undefined: no such repository. */
  async tags(repository: string, after: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#database.read(({ all }) =>
      all(
        `SELECT tag FROM tags t JOIN repositories r ON r.id = t.repository
         WHERE r.name = ? AND tag > ? AND EXISTS (
           SELECT 1 FROM manifests m WHERE m.repository = t.repository AND m.digest = t.digest)
         ORDER BY tag LIMIT ?`,
        repository,
        after,
        limit,
      ),
    )
    return rows.map((row) => String(row['tag']))
  }

  /** Repositories that have manifests, sorted by bytes. */
  async repositories(prefix: string, after: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#database.read(({ all }) =>
      all(
        `SELECT name FROM repositories r WHERE name > ?2 AND substr(name, 1, length(?1)) = ?1
         AND EXISTS (SELECT 1 FROM manifests m WHERE m.repository = r.id) ORDER BY name LIMIT ?3`,
        prefix,
        after,
        limit,
      ),
    )
    return rows.map((row) => String(row['name']))
  }

  /** One read, for completion. */
  async tagsBelow(repository: string, prefix: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#database.read(({ all }) =>
      all(
        `SELECT tag FROM tags t JOIN repositories r ON r.id = t.repository
         WHERE r.name = ?1 AND tag >= ?2 AND substr(tag, 1, length(?2)) = ?2 ORDER BY tag LIMIT ?3`,
        repository,
        prefix,
        limit,
      ),
    )
    return rows.map((row) => String(row['tag']))
  }

  /** Repositories whose names begin with `host` and then `prefix`, without `host`. One read, for completion. */
  async repositoriesBelow(host: string, prefix: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#database.read(({ all }) =>
      all(
        `SELECT name FROM repositories WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 ORDER BY name LIMIT ?2`,
        `${host}${prefix}`,
        limit,
      ),
    )
    return rows.map((row) => String(row['name']).slice(host.length))
  }

  /** Changes whenever a tag or manifest of the repository does; undefined: it has no manifests. */
  async version(repository: string): Promise<string | undefined> {
    const row = await this.#database.read(({ get }) =>
      get(
        `SELECT id, version FROM repositories r WHERE name = ?
         AND EXISTS (SELECT 1 FROM manifests m WHERE m.repository = r.id)`,
        repository,
      ),
    )
    return row && `${String(row['id'])}-${String(row['version'])}`
  }

  async referrers(repository: string, subject: string): Promise<readonly string[]> {
    const rows = await this.#database.read(({ all }) =>
      all(
        `SELECT digest FROM manifests m JOIN repositories r ON r.id = m.repository
         WHERE r.name = ? AND subject = ? ORDER BY digest`,
        repository,
        subject,
      ),
    )
    return rows.map((row) => String(row['digest']))
  }

  /** Blobs and manifests were looked at: they are not old yet. */
  async touch(digests: readonly string[], now: number): Promise<void> {
    for (let start = 0; start < digests.length; start += batch) {
      await this.#database.write(({ run }) => {
        for (const digest of digests.slice(start, start + batch)) {
          run('UPDATE blobs SET last_use = ? WHERE digest = ?', now, digest)
        }
      })
    }
  }

  async #change(repository: string, work: (tables: Tables, id: number) => number): Promise<boolean> {
    const changed = await this.#database.write((tables) => {
      const row = tables.get('SELECT id FROM repositories WHERE name = ?', repository)
      const id = Number(row?.['id'] ?? -1)
      if (work(tables, id) === 0) return false
      return tables.run('UPDATE repositories SET version = version + 1 WHERE id = ?', id) > 0
    })
    if (changed) this.#onChange(repository)
    return changed
  }

  async #addEdges(parent: string, facts: ManifestFacts): Promise<void> {
    const children = [...new Set(facts.parts.map((part) => part.digest))]
    for (let start = 0; start < children.length; start += batch) {
      await this.#database.write(({ run }) => {
        for (const child of children.slice(start, start + batch)) {
          run('INSERT INTO edges (parent, child) VALUES (?, ?) ON CONFLICT DO NOTHING', parent, child)
        }
      })
    }
  }
}

/** Makes the row of a repository when it is missing. */
function repositoryId({ get, run }: Tables, name: string): number {
  run('INSERT INTO repositories (name) VALUES (?) ON CONFLICT DO NOTHING', name)
  return Number(get('SELECT id FROM repositories WHERE name = ?', name)?.['id'])
}

function digestAt({ get }: Tables, repository: number, tag: string): string | undefined {
  const row = get('SELECT digest FROM tags WHERE repository = ? AND tag = ?', repository, tag)
  return row && String(row['digest'])
}

function setTag({ run }: Tables, repository: number, tag: string, known: KnownTag): void {
  run(
    `INSERT INTO tags (repository, tag, digest, media_type, size, etag, checked)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest,
     media_type = excluded.media_type, size = excluded.size, etag = excluded.etag, checked = excluded.checked`,
    repository,
    tag,
    known.digest,
    known.mediaType,
    known.size,
    known.etag ?? null,
    known.checked,
  )
}

function addBlob({ run }: Tables, digest: string, size: number, now: number): void {
  run(
    `INSERT INTO blobs (digest, size, added, last_use) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET size = excluded.size, last_use = excluded.last_use`,
    digest,
    size,
    now,
    now,
  )
}

function knownManifest(row: Row): KnownManifest {
  return { digest: String(row['digest']), mediaType: String(row['media_type']), size: Number(row['size']) }
}

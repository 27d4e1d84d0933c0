/** Raised with every change of the tables; a database of another version is rebuilt from the layouts. */
export const schemaVersion = 1

/**
 * The tables of the store. Times are milliseconds since 1970. `repositories.version` counts changes, `written` is the
 * version that stands in its `index.json`. An edge says what a manifest is made of; it is true for ever.
 */
export const schema = `
CREATE TABLE repositories (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL DEFAULT 0, written INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE manifests (
  repository INTEGER NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL,
  subject TEXT, PRIMARY KEY (repository, digest)
) WITHOUT ROWID;
CREATE INDEX manifests_by_subject ON manifests (subject, repository) WHERE subject IS NOT NULL;
CREATE INDEX manifests_by_digest ON manifests (digest);
CREATE TABLE tags (
  repository INTEGER NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL,
  size INTEGER NOT NULL, etag TEXT, checked INTEGER NOT NULL, PRIMARY KEY (repository, tag)
) WITHOUT ROWID;
CREATE INDEX tags_by_digest ON tags (repository, digest);
CREATE TABLE edges (
  parent TEXT NOT NULL, child TEXT NOT NULL, PRIMARY KEY (parent, child)
) WITHOUT ROWID;
CREATE INDEX edges_by_child ON edges (child);
CREATE TABLE blobs (
  digest TEXT PRIMARY KEY, size INTEGER NOT NULL, added INTEGER NOT NULL, last_use INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE holdings (
  repository INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, digest)
) WITHOUT ROWID;
CREATE INDEX holdings_by_digest ON holdings (digest);
CREATE TABLE lists (
  key TEXT PRIMARY KEY, generation INTEGER NOT NULL, etag TEXT, checked INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE list_entries (
  generation INTEGER NOT NULL, name TEXT NOT NULL, value TEXT, PRIMARY KEY (generation, name)
) WITHOUT ROWID;
CREATE TABLE leases (digest TEXT PRIMARY KEY, owner TEXT NOT NULL, beat INTEGER NOT NULL) WITHOUT ROWID;
`

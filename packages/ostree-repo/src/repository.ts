import { hash } from 'node:crypto'
import { hasCode, OcishError } from '@ocish/sdk'
import { decodeCommit, decodeDetached, type Commit } from './commit.ts'
import { readContent, type ContentObject } from './content.ts'
import { decodeDirMeta, decodeDirTree, type DirMeta, type DirTree } from './dirtree.ts'
import type { Variant } from './gvariant.ts'
import { defaultRepoLimits, type RepoLimits } from './limits.ts'
import { inObject, objectPath, type ObjectKind } from './object-path.ts'
import { isInDelta } from './delta-names.ts'
import { listRefs, type Ref } from './refs.ts'
import type { Owner } from './recovered-header.ts'
import { parseRepoConfig, type RepoConfig, type RepoMode } from './repo-config.ts'
import { readFile, type RepoFiles } from './repo-files.ts'
import { resolveRevision } from './revision.ts'
import { TreeCache } from './tree-cache.ts'

/** An OSTree repository that is only read. Every object is verified by its checksum. */
export interface Repository {
  readonly mode: RepoMode
  readonly limits: RepoLimits
  refs(): AsyncGenerator<Ref>
  /** Errors: OSTREE_REF_NOT_FOUND with the refs that exist. */
  resolve(revision: string): Promise<string>
  /** Errors of all below: OSTREE_OBJECT_MISSING, OSTREE_OBJECT_INVALID, DIGEST_MISMATCH, LIMIT_EXCEEDED. */
  commit(checksum: string): Promise<Commit>
  /** Whether the commit object itself is here: a short history is normal. */
  hasCommit(checksum: string): Promise<boolean>
  /** Detached metadata, not covered by any checksum. */
  detached(checksum: string): Promise<ReadonlyMap<string, Variant> | undefined>
  /** Only a part of the commit was brought here, or objects were found missing. */
  isPartial(checksum: string): Promise<boolean>
  tree(checksum: string, treePath?: string): Promise<DirTree>
  meta(checksum: string, treePath?: string): Promise<DirMeta>
  content(checksum: string, treePath?: string): Promise<ContentObject>
  /** The verified bytes of a metadata object. */
  object(checksum: string, kind: 'commit' | 'dirtree' | 'dirmeta', treePath?: string): Promise<Buffer>
  /** The bytes of the detached metadata. */
  detachedBytes(checksum: string): Promise<Buffer | undefined>
}

/** Limits of what is read of a repository; those that are not given are `defaultRepoLimits`. */
export interface OpenRepoOptions {
  /** What a person calls the folder, for errors. */
  readonly name?: string
  readonly limits?: Partial<RepoLimits>
}

/** Opens a repository; nothing of it is changed. Errors: OSTREE_REPO_INVALID. */
export async function openRepo(files: RepoFiles, options: OpenRepoOptions = {}): Promise<Repository> {
  try {
    const config = parseRepoConfig((await readFile(files, 'config', 2 ** 20)).toString('utf8'), options.name)
    if ((await files.stat('objects')).kind !== 'folder') throw new OcishError('FILE_NOT_FOUND', 'no objects')
    return new OpenRepository(files, config, { ...defaultRepoLimits, ...options.limits })
  } catch (error) {
    if (!hasCode(error, 'FILE_NOT_FOUND')) throw error
    const what = options.name === undefined ? 'no' : `${JSON.stringify(options.name)} is no`
    throw new OcishError('OSTREE_REPO_INVALID', `${what} OSTree repository: config or objects is missing`, {
      cause: error,
      hint: 'Name the folder that holds config, objects and refs, as /ostree/repo.',
    })
  }
}

class OpenRepository implements Repository {
  readonly mode: RepoMode
  readonly limits: RepoLimits
  readonly #files: RepoFiles
  readonly #config: RepoConfig
  /** A system has few distinct ones. */
  readonly #metas = new Map<string, DirMeta>()
  readonly #trees = new TreeCache(50_000)
  readonly #labels = { areHashed: false }

  constructor(files: RepoFiles, config: RepoConfig, limits: RepoLimits) {
    this.#files = files
    this.#config = config
    this.mode = config.mode
    this.limits = limits
  }

  refs(): AsyncGenerator<Ref> {
    return listRefs(this.#files)
  }

  async resolve(revision: string): Promise<string> {
    return this.#beside(resolveRevision(this.#files, revision, async (checksum) => this.commit(checksum)))
  }

  async commit(checksum: string): Promise<Commit> {
    try {
      return await this.#beside(this.#decoded(checksum, 'commit', decodeCommit))
    } catch (error) {
      if (!hasCode(error, 'OSTREE_OBJECT_MISSING')) throw error
      throw await this.#noCommit(checksum, error)
    }
  }

  async #noCommit(checksum: string, cause: OcishError): Promise<OcishError> {
    if (await this.#has(objectPath(checksum, 'tombstone-commit')))
      return new OcishError('OSTREE_OBJECT_MISSING', `the commit ${checksum} was deleted`, { cause })
    if (await isInDelta(this.#files, checksum))
      return new OcishError(
        'OSTREE_OBJECT_MISSING',
        `of the commit ${checksum} there is only a static delta`,
        {
          cause,
          hint: 'Unpack it with ostree static-delta apply-offline.',
        },
      )
    const hint = cause.hint === undefined ? {} : { hint: cause.hint }
    return new OcishError('OSTREE_OBJECT_MISSING', `no commit ${checksum}`, { cause, ...hint })
  }

  async hasCommit(checksum: string): Promise<boolean> {
    return this.#has(objectPath(checksum, 'commit'))
  }

  async detached(checksum: string): Promise<ReadonlyMap<string, Variant> | undefined> {
    const bytes = await this.detachedBytes(checksum)
    return bytes && decodeDetached(bytes)
  }

  async detachedBytes(checksum: string): Promise<Buffer | undefined> {
    const path = objectPath(checksum, 'commitmeta')
    return (await this.#has(path)) ? readFile(this.#files, path, this.limits.metadata) : undefined
  }

  async isPartial(checksum: string): Promise<boolean> {
    return this.#has(`state/${checksum}.commitpartial`)
  }

  async tree(checksum: string, treePath?: string): Promise<DirTree> {
    const known = this.#trees.get(checksum)
    if (known) return known
    const tree = await this.#beside(this.#decoded(checksum, 'dirtree', decodeDirTree, treePath))
    this.#trees.set(checksum, tree)
    return tree
  }

  async meta(checksum: string, treePath?: string): Promise<DirMeta> {
    const known = this.#metas.get(checksum)
    if (known) return known
    const decode = (bytes: Uint8Array): DirMeta => decodeDirMeta(bytes, this.limits)
    const meta = await this.#beside(this.#decoded(checksum, 'dirmeta', decode, treePath))
    if (this.#metas.size < 10_000) this.#metas.set(checksum, meta)
    return meta
  }

  async content(checksum: string, treePath?: string): Promise<ContentObject> {
    const owners = (): Iterable<Owner> => this.#metas.values().map(({ uid, gid }) => [uid, gid] as const)
    const labels = this.#labels
    const source = { files: this.#files, config: this.#config, limits: this.limits, owners, labels }
    return this.#beside(readContent(source, checksum, treePath))
  }

  async object(checksum: string, kind: 'commit' | 'dirtree' | 'dirmeta', treePath?: string): Promise<Buffer> {
    return this.#decoded(checksum, kind, (bytes) => bytes, treePath)
  }

  async #decoded<T>(
    checksum: string,
    kind: ObjectKind,
    decode: (bytes: Buffer) => T,
    treePath?: string,
  ): Promise<T> {
    const path = objectPath(checksum, kind)
    try {
      const bytes = await readFile(this.#files, path, this.limits.metadata)
      if (hash('sha256', bytes, 'hex') !== checksum)
        throw new OcishError('DIGEST_MISMATCH', 'the object is not what its name says')
      return decode(bytes)
    } catch (error) {
      throw inObject(error, path, treePath)
    }
  }

  /** What is absent may lie in the repository that this one names as its parent: nobody typed that path. */
  #beside<T>(reading: Promise<T>): Promise<T> {
    const { parent } = this.#config
    return parent === undefined ? reading : besideOf(parent, reading)
  }

  async #has(path: string): Promise<boolean> {
    try {
      return (await this.#files.stat(path)).kind === 'file'
    } catch (error) {
      if (hasCode(error, 'FILE_NOT_FOUND')) return false
      throw error
    }
  }
}

async function besideOf<T>(parent: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (!hasCode(error, 'OSTREE_OBJECT_MISSING', 'OSTREE_REF_NOT_FOUND')) throw error
    throw new OcishError(error.code, error.message, {
      cause: error,
      ...(error.details && { details: error.details }),
      hint: `The repository has a parent, ${parent}, which is not read: bring everything here with ostree pull-local.`,
    })
  }
}

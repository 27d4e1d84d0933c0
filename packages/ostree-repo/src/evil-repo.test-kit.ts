import { hash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { memorySource, readAll, type MemoryFile } from '@ocish/testing'
import { encodeCommit, type Commit } from './commit.ts'
import { encodeArchiveHeader, encodeHashedHeader, type ContentHeader } from './content-header.ts'
import { encodeDirMeta, encodeDirTree } from './dirtree.ts'
import type { RepoLimits } from './limits.ts'
import { objectPath, type ObjectKind } from './object-path.ts'
import type { RepoFiles } from './repo-files.ts'
import { openRepo, type Repository } from './repository.ts'
import { walk } from './walk.ts'

/** A repository that is made of whatever bytes a test wants; all checksums are right. */
export class Evil {
  readonly files: Record<string, MemoryFile> = { config: '[core]\nrepo_version=1\nmode=archive\n' }
  readonly meta: string = this.put(
    'dirmeta',
    encodeDirMeta({ uid: 0, gid: 0, mode: 0o755, xattrs: new Map() }),
  )

  put(kind: ObjectKind, bytes: Uint8Array): string {
    const checksum = hash('sha256', bytes, 'hex')
    this.files[objectPath(checksum, kind)] = bytes
    return checksum
  }

  content(
    header: Partial<ContentHeader>,
    bytes: Uint8Array,
    stored: { size?: number; body?: Uint8Array } = {},
  ): string {
    const whole = { uid: 0, gid: 0, mode: 0o100644, target: '', xattrs: new Uint8Array(0), ...header }
    const checksum = hash('sha256', Buffer.concat([encodeHashedHeader(whole), bytes]), 'hex')
    const head = encodeArchiveHeader(whole, stored.size ?? bytes.length)
    this.files[objectPath(checksum, 'filez')] = Buffer.concat([head, stored.body ?? deflateRawSync(bytes)])
    return checksum
  }

  commit(tree: string, meta: string = this.meta, changed: Partial<Commit> = {}): string {
    const commit = { metadata: new Map(), subject: '', body: '', timestamp: 0, tree, meta, ...changed }
    return this.put('commit', encodeCommit(commit))
  }

  async open(limits: Partial<RepoLimits> = {}): Promise<Repository> {
    this.files['objects/.keep'] = ''
    return openRepo(memorySource(this.files), { limits })
  }

  /** A commit whose tree is this one file, called `a`. */
  commitOf(checksum: string): string {
    return this.commit(this.put('dirtree', encodeDirTree({ files: [{ name: 'a', checksum }], folders: [] })))
  }

  /** The repository, and the files of it that are opened. */
  async counted(): Promise<{ readonly repo: Repository; readonly opened: readonly string[] }> {
    this.files['objects/.keep'] = ''
    const source = memorySource(this.files)
    const opened: string[] = []
    const open: RepoFiles['open'] = (path, ...rest) => {
      opened.push(path)
      return source.open(path, ...rest)
    }
    return { repo: await openRepo({ ...source, open }), opened }
  }

  /** Reads everything of the commit. */
  async readAll(commit: string, limits: Partial<RepoLimits> = {}): Promise<void> {
    const repo = await this.open(limits)
    for await (const node of walk(repo, await repo.commit(commit)))
      if (node.type === 'file') await readAll(node.open())
  }
}

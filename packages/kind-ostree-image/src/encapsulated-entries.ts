import type { TarInput } from '@ocish/archive'
import { objectPath, readContents, type DirMeta, type Repository } from '@ocish/ostree-repo'
import type { CommitSource } from './open-commit.ts'
import type { ReusableInput } from './reused-gzip.ts'
import type { ScannedCommit, ScannedObject } from './scan-commit.ts'

const repoPath = 'sysroot/ostree/repo'
const config = '[core]\nrepo_version=1\nmode=bare-split-xattrs\n'

/** The skeleton of a repository, with which every layer begins (ostree.md §15.2). */
function* structure(): Generator<TarInput> {
  yield* ['sysroot', 'sysroot/ostree', repoPath, `${repoPath}/objects`].map((path) => folder(path))
  for (let byte = 0; byte < 256; byte += 1)
    yield folder(`${repoPath}/objects/${byte.toString(16).padStart(2, '0')}`)
  const rest = [
    'extensions',
    'refs',
    'refs/heads',
    'refs/mirrors',
    'refs/remotes',
    'state',
    'tmp',
    'tmp/cache',
  ]
  yield* rest.map((name) => folder(`${repoPath}/${name}`))
  yield file(`${repoPath}/config`, Buffer.from(config))
}

function folder(
  path: string,
  meta: Pick<DirMeta, 'uid' | 'gid' | 'mode'> = { uid: 0, gid: 0, mode: 0o755 },
): TarInput {
  return { path, type: 'folder', mode: meta.mode, uid: meta.uid, gid: meta.gid, size: 0, mtime: 0 }
}

function file(path: string, bytes: Uint8Array): TarInput {
  return {
    path,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: bytes.length,
    mtime: 0,
    open: async function* () {
      yield bytes
    },
  }
}

/** Configuration lies where a booted system has it. */
function mapped(path: string): string {
  return path.replace(/^usr\/etc(?=\/|$)/, 'etc')
}

/** The first layer: metadata objects in the order of the tree, its folders, and the objects of no other layer. */
export async function* commitLayer(
  source: CommitSource,
  scanned: ScannedCommit,
  objects: readonly ScannedObject[],
): AsyncGenerator<ReusableInput> {
  const { repo, checksum, commit } = source
  const root = await repo.meta(commit.meta)
  yield folder('.', root)
  yield* structure()
  yield await metadata(repo, checksum, 'commit', '')
  const detached = await repo.detachedBytes(checksum)
  if (detached) yield file(`${repoPath}/${objectPath(checksum, 'commitmeta')}`, detached)
  yield await metadata(repo, commit.meta, 'dirmeta', '')
  const written = new Set([commit.meta])
  yield* folderObjects(repo, commit.tree, '', written)
  if (!scanned.folders.has('var/tmp')) yield folder('var/tmp', { uid: 0, gid: 0, mode: 0o1777 })
  yield* contents(source, objects)
}

async function metadata(
  repo: Repository,
  checksum: string,
  kind: 'commit' | 'dirtree' | 'dirmeta',
  path: string,
): Promise<TarInput> {
  return file(`${repoPath}/${objectPath(checksum, kind)}`, await repo.object(checksum, kind, path))
}

async function* folderObjects(
  repo: Repository,
  checksum: string,
  path: string,
  written: Set<string>,
): AsyncGenerator<TarInput> {
  if (!written.has(checksum)) {
    written.add(checksum)
    yield await metadata(repo, checksum, 'dirtree', path)
  }
  const tree = await repo.tree(checksum, path)
  for (const { name, tree: innerTree, meta } of tree.folders) {
    const inner = path === '' ? name : `${path}/${name}`
    if (!written.has(meta)) {
      written.add(meta)
      yield await metadata(repo, meta, 'dirmeta', inner)
    }
    if (inner !== 'sysroot') yield folder(`./${mapped(inner)}`, await repo.meta(meta, inner))
    yield* folderObjects(repo, innerTree, inner, written)
  }
}

/** A layer of some objects. `parents`: also the folders above each path, as format version 2 has them. */
export async function* chunkLayer(
  source: CommitSource,
  objects: readonly ScannedObject[],
  parents: ScannedCommit['folders'] | undefined,
): AsyncGenerator<ReusableInput> {
  yield* structure()
  yield* contents(source, objects, parents)
}

/** Each object behind its attributes, then a hard link for each of its paths (ostree.md §15.3). */
async function* contents(
  { repo }: CommitSource,
  objects: readonly ScannedObject[],
  parents?: ScannedCommit['folders'],
): AsyncGenerator<ReusableInput> {
  const made = new Set<string>(['sysroot'])
  const wanted = objects.map(({ checksum, paths }) => ({ checksum, paths, path: paths[0] ?? '' }))
  for await (const [object, { checksum, paths }] of readContents(repo, wanted, { contents: true })) {
    const { type, uid, gid, mode, size, target, open, openDeflated, rawXattrs } = object
    const path = `${repoPath}/${objectPath(checksum, 'file')}`
    yield file(`${path}-xattrs-link`, rawXattrs)
    const xattrs = new Map([...object.xattrs].filter(([name]) => name !== 'security.selinux'))
    const head = { mode, uid, gid, mtime: 0, ...(xattrs.size > 0 && { xattrs }) }
    const body: Omit<ReusableInput, 'path'> =
      type === 'link'
        ? { ...head, type: 'link', size: 0, target: target ?? '' }
        : { ...head, type: 'file', size, open, ...(openDeflated && { openDeflated }) }
    yield { ...body, path }
    for (const one of paths) {
      if (parents) yield* missingParents(one, parents, made)
      // Lock files and the like must not be one inode.
      if (type === 'file' && size === 0) yield { ...body, path: mapped(one) }
      else yield { path: mapped(one), type: 'hardlink', mode, uid, gid, mtime: 0, size: 0, target: path }
    }
  }
}

function* missingParents(
  path: string,
  folders: ScannedCommit['folders'],
  made: Set<string>,
): Generator<TarInput> {
  const parts = path.split('/').slice(0, -1)
  for (let length = 1; length <= parts.length; length += 1) {
    const parent = parts.slice(0, length).join('/')
    const meta = folders.get(parent)
    if (made.has(parent) || meta === undefined) continue
    made.add(parent)
    yield folder(mapped(parent), meta)
  }
}

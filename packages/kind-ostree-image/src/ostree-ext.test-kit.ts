import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { objectPath, walk, type ObjectKind, type Repository } from '@ocish/ostree-repo'
import { digestOf, oci, type PackedManifest, type Part } from '@ocish/sdk'
import { readAll } from '@ocish/testing'

/** What of the images of ostree-ext 0.15.3 a test wants otherwise. */
export interface ReleasedOptions {
  /** As released: the folder objects of /sysroot and below are left out. Default false. */
  readonly withoutSysroot?: boolean
  /** Entries before all others. */
  readonly before?: readonly Uint8Array[]
  /** More entries at the end of the only layer. */
  readonly more?: readonly Uint8Array[]
}

const repoPath = 'sysroot/ostree/repo'

/** A tar header as Rust's tar crate writes it: GNU magic, numbers of seven digits. */
function header(
  path: string,
  type: string,
  size: number,
  mode: number,
  owner = [0, 0],
  target = '',
  mtime = 0,
): Buffer {
  const block = Buffer.alloc(512)
  const number = (value: number, at: number, digits: number): void =>
    void block.write(`${value.toString(8).padStart(digits, '0')}\0`, at)
  block.write(path.slice(0, 100), 0)
  number(mode, 100, 7)
  number(owner[0] ?? 0, 108, 7)
  number(owner[1] ?? 0, 116, 7)
  number(size, 124, 11)
  number(mtime, 136, 11)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(target.slice(0, 100), 157)
  block.write('ustar  \0', 257, 'latin1')
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

/** An entry of a tar with GNU's long names: a name of more than 100 bytes stands in an `L` entry before it. */
export function gnuEntry(
  path: string,
  type: '0' | '1' | '2' | '5',
  options: {
    bytes?: Uint8Array
    mode?: number
    owner?: [number, number]
    target?: string
    mtime?: number
  } = {},
): Buffer {
  const { bytes = new Uint8Array(0), mode = 0o644, owner = [0, 0], target = '', mtime = 0 } = options
  const long = (kind: string, text: string): Buffer[] => {
    if (Buffer.byteLength(text) <= 100) return []
    const value = Buffer.from(`${text}\0`)
    return [header('././@LongLink', kind, value.length, 0o644), padded(value)]
  }
  return Buffer.concat([
    ...long('K', target),
    ...long('L', path),
    header(path, type, bytes.length, mode, owner, target, mtime),
    padded(bytes),
  ])
}

/**
 * The image of a commit in one layer, in the byte shapes that ostree-ext 0.15.3 writes (ostree.md §15, [E]): the manifest
 * has no mediaType, var/tmp is written always, attributes of one value are one object with hard links to it, names are GNU's.
 */
export async function releasedImage(
  repo: Repository,
  revision: string,
  options: ReleasedOptions = {},
): Promise<PackedManifest> {
  const commit = await repo.resolve(revision)
  return imageOfEntries(commit, await entriesOf(repo, commit, options))
}

/** The entry of an object that is no content. */
export function objectEntry(checksum: string, kind: ObjectKind, bytes: Uint8Array): Buffer {
  return gnuEntry(`${repoPath}/${objectPath(checksum, kind)}`, '0', { bytes })
}

/** An image of one layer with these entries, which says that the commit is in it. */
export function imageOfEntries(commit: string, entries: readonly Uint8Array[]): PackedManifest {
  const tar = Buffer.concat([...entries, Buffer.alloc(1024)])
  const diffId = digestOf(tar)
  const layer = gzipSync(tar)
  const labels = { 'ostree.commit': commit, 'ostree.final-diffid': diffId }
  const time = '2025-01-01T00:00:00.123456789Z'
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      config: { Labels: labels },
      created: '2024-01-02T03:04:05Z',
      history: [{ created: time, created_by: 'a system' }],
      os: 'linux',
      rootfs: { diff_ids: [diffId], type: 'layers' },
    }),
  )
  return {
    layers: [partOf(layer, oci.layerGzip)],
    config: partOf(config, oci.config),
    manifest: ([written]) =>
      Buffer.from(
        JSON.stringify({
          annotations: labels,
          config: { digest: digestOf(config), mediaType: oci.config, size: config.length },
          layers: [{ digest: written?.digest, mediaType: oci.layerGzip, size: written?.size }],
          schemaVersion: 2,
        }),
      ),
  }
}

function partOf(bytes: Uint8Array, mediaType: string): Part {
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    open: async function* () {
      yield bytes
    },
  }
}

async function entriesOf(
  repo: Repository,
  commit: string,
  { withoutSysroot = false, before = [], more = [] }: ReleasedOptions,
): Promise<readonly Uint8Array[]> {
  const entries: Uint8Array[] = [
    ...before,
    gnuEntry('./', '5', { mode: 0o755 }),
    gnuEntry(`${repoPath}/`, '5', { mode: 0o755 }),
  ]
  const { meta } = await repo.commit(commit)
  const seen = new Set<string>()
  const object = async (checksum: string, kind: 'commit' | 'dirtree' | 'dirmeta'): Promise<void> => {
    if (seen.has(checksum)) return
    seen.add(checksum)
    entries.push(objectEntry(checksum, kind, await repo.object(checksum, kind)))
  }
  entries.push(
    gnuEntry(`${repoPath}/config`, '0', {
      bytes: Buffer.from('[core]\nrepo_version=1\nmode=bare-split-xattrs\n'),
    }),
  )
  await object(commit, 'commit')
  await object(meta, 'dirmeta')
  const files = new Map<string, string[]>()
  for await (const node of walk(repo, await repo.commit(commit))) {
    if (node.type !== 'folder') {
      files.set(node.checksum, [...(files.get(node.checksum) ?? []), node.path])
      continue
    }
    if (!withoutSysroot || !/^sysroot(?:\/|$)/.test(node.path)) await object(node.tree, 'dirtree')
    await object(node.meta, 'dirmeta')
    if (node.path !== '')
      entries.push(gnuEntry(`./${node.path}`, '5', { mode: node.mode, owner: [node.uid, node.gid] }))
  }
  for (let twice = 0; twice < 2; twice += 1) entries.push(gnuEntry('var/tmp', '5', { mode: 0o1777 }))
  for (const [checksum, paths] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    entries.push(...(await contentEntries(repo, checksum, paths, seen)))
  return [...entries, ...more]
}

/** One object of attributes for each value in the layer, even for none; each file's is a hard link to it. */
async function contentEntries(
  repo: Repository,
  checksum: string,
  paths: readonly string[],
  seen: Set<string>,
): Promise<readonly Uint8Array[]> {
  const content = await repo.content(checksum)
  const value = createHash('sha256').update(content.rawXattrs).digest('hex')
  const shared = `${repoPath}/${objectPath(value, 'file-xattrs')}`
  const path = `${repoPath}/${objectPath(checksum, 'file')}`
  const owner: [number, number] = [content.uid, content.gid]
  const entries: Uint8Array[] = []
  if (!seen.has(shared)) entries.push(gnuEntry(shared, '0', { bytes: content.rawXattrs }))
  seen.add(shared)
  entries.push(gnuEntry(`${path}-xattrs-link`, '1', { target: shared }))
  if (content.type === 'link')
    entries.push(gnuEntry(path, '2', { target: content.target ?? '', mode: 0o777, owner }))
  else entries.push(gnuEntry(path, '0', { bytes: await readAll(content.open()), mode: content.mode, owner }))
  for (const one of paths) entries.push(gnuEntry(one.replace(/^usr\/etc\//, 'etc/'), '1', { target: path }))
  return entries
}

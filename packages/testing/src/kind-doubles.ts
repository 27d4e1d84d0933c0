import { OcishError, type Source, type Target, type TreeEntry } from '@ocish/sdk'
import { bytesOf, opened, readAll } from './content.ts'

/** A file of a source in memory: its content alone, or with what else a file system knows; `link` makes it a link. */
export type MemoryFile =
  | string
  | Uint8Array
  | {
      readonly content?: string | Uint8Array
      readonly mode?: number
      readonly link?: string
      readonly xattrs?: Readonly<Record<string, Uint8Array>>
    }

/** A folder in memory: `/`-separated paths, folders come by themselves. Errors: FILE_NOT_FOUND. */
export function memorySource(files: Readonly<Record<string, MemoryFile>>, name = 'source'): Source {
  const folders = new Set(Object.keys(files).flatMap(parentsOf))
  const entryOf = (path: string): TreeEntry => {
    if (folders.has(path)) return { path, kind: 'folder', size: 0, mode: 0o755 }
    const { content = '', mode = 0o644, link } = fileAt(files, path)
    if (link !== undefined) return { path, kind: 'link', size: 0, target: link }
    return { path, kind: 'file', size: toBytes(content).length, mode }
  }
  return {
    type: 'folder',
    name,
    async *list(dir) {
      const prefix = dir === '' ? '' : `${dir}/`
      const below = [...folders, ...Object.keys(files)].filter((path) => path.startsWith(prefix))
      const direct = below.filter((path) => path !== '' && !path.slice(prefix.length).includes('/'))
      yield* direct.toSorted().map(entryOf)
    },
    stat: async (path) => entryOf(path),
    readlink: async (path) => fileAt(files, path).link ?? '',
    open: (path, range) => lazily(() => cut(toBytes(fileAt(files, path).content ?? ''), range)),
    xattrs: async (path) => new Map(Object.entries(fileAt(files, path).xattrs ?? {})),
  }
}

/** One file in memory. */
export function memoryFile(name: string, content: string | Uint8Array): Source {
  const bytes = toBytes(content)
  return {
    type: 'file',
    name,
    async *list() {},
    stat: async () => ({ path: '', kind: 'file', size: bytes.length, mode: 0o644 }),
    readlink: async () => {
      throw new OcishError('FILE_NOT_FOUND', `${name} is no link`)
    },
    open: (_path, range) => lazily(() => cut(bytes, range)),
    xattrs: async () => new Map(),
  }
}

/** What was written into a memory target. */
export type MemoryEntry =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly mode: number | undefined }
  | { readonly kind: 'folder'; readonly mode: number | undefined }
  | { readonly kind: 'link'; readonly target: string }

/** A target that keeps what was written; what a real one refuses, it refuses as well. */
export interface MemoryTarget extends Target {
  readonly entries: ReadonlyMap<string, MemoryEntry>
  /** The text of a file; undefined when there is none. */
  text(path: string): string | undefined
}

/**
 * A target in memory that refuses what a host's refuses: paths and links that leave the root, writing through a link
 * (TARGET_UNSAFE), names that exist (FILE_EXISTS). A file whose content fails is not there.
 */
export function memoryTarget(): MemoryTarget {
  const entries = new Map<string, MemoryEntry>()
  const claim = (path: string): void => {
    checkPath(path)
    const through = parentsOf(path).find((parent) => (entries.get(parent)?.kind ?? 'folder') !== 'folder')
    if (through !== undefined)
      throw new OcishError('TARGET_UNSAFE', `${path} leads through ${through}, which is no folder`)
    if (entries.has(path)) throw new OcishError('FILE_EXISTS', `${path} exists`)
  }
  return {
    entries,
    text(path) {
      const entry = entries.get(path)
      return entry?.kind === 'file' ? new TextDecoder().decode(entry.bytes) : undefined
    },
    async write(path, content, options) {
      claim(path)
      const bytes = await readAll(content)
      claim(path)
      entries.set(path, { kind: 'file', bytes, mode: options?.mode })
    },
    async folder(path, options) {
      if (entries.get(path)?.kind === 'folder') return
      claim(path)
      entries.set(path, { kind: 'folder', mode: options?.mode })
    },
    async link(path, target, options) {
      claim(path)
      if (options?.asData !== true && leaves(path, target))
        throw new OcishError('TARGET_UNSAFE', `the link ${path} leaves the target`)
      entries.set(path, { kind: 'link', target })
    },
    async move(path, to) {
      claim(to)
      const entry = entries.get(path)
      if (entry?.kind !== 'file') throw new OcishError('TARGET_UNSAFE', `${path} is no file that is here`)
      entries.delete(path)
      entries.set(to, entry)
    },
    async remove(path) {
      if (entries.get(path)?.kind !== 'file')
        throw new OcishError('TARGET_UNSAFE', `${path} is no file that is here`)
      entries.delete(path)
    },
    async hardlink(path, existing) {
      claim(path)
      const entry = entries.get(existing)
      if (entry?.kind !== 'file')
        throw new OcishError('TARGET_UNSAFE', `${path} links to ${existing}, which is not here`)
      entries.set(path, entry)
    },
  }
}

/** `''` is the target itself: the one file that was asked for. */
function checkPath(path: string): void {
  const steps = path.split('/')
  const bad = steps.some((step) => step === '..' || step === '.' || (step === '' && path !== ''))
  if (bad || path.includes('\0') || path.includes('\\') || /^[A-Za-z]:/.test(path)) {
    throw new OcishError('TARGET_UNSAFE', `${JSON.stringify(path)} is no path inside the target`)
  }
}

function leaves(path: string, target: string): boolean {
  if (target.startsWith('/') || target.includes('\\')) return true
  let depth = path.split('/').length - 1
  for (const step of target.split('/')) {
    if (step === '..') depth -= 1
    else if (step !== '' && step !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}

/** `a/b/c`: '', `a`, `a/b`. */
function parentsOf(path: string): readonly string[] {
  const steps = path.split('/')
  return steps.map((_step, at) => steps.slice(0, at).join('/'))
}

function fileAt(
  files: Readonly<Record<string, MemoryFile>>,
  path: string,
): Exclude<MemoryFile, string | Uint8Array> {
  const file = Object.hasOwn(files, path) ? files[path] : undefined
  if (file === undefined) throw new OcishError('FILE_NOT_FOUND', `no file ${JSON.stringify(path)}`)
  return typeof file === 'string' || file instanceof Uint8Array ? { content: file } : file
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? bytesOf(content) : content
}

function cut(bytes: Uint8Array, range?: { readonly start: number; readonly end?: number }): Uint8Array {
  return range === undefined ? bytes : bytes.subarray(range.start, range.end)
}

/** Errors come with the first read, as from a file system. */
async function* lazily(bytes: () => Uint8Array): AsyncGenerator<Uint8Array> {
  yield* opened(bytes())()
}

import ignore, { type Ignore } from 'ignore'
import { OcishError, type Source, type TreeEntry } from '@ocish/sdk'
import type { TarInput } from './entry.ts'

/** What `folderEntries` takes of a folder, and what is made the same everywhere so that the bytes are. */
export interface FolderOptions {
  /** Seconds since 1970 for every entry. Default 0, or what SOURCE_DATE_EPOCH says where the caller passes it. */
  readonly mtime?: number
  /** Keep permission bits; else files are 0644 or 0755 and folders 0755. */
  readonly preservePermissions?: boolean
  /** Lines in the form of .gitignore, before those of the folder's own `.ocishignore`. */
  readonly ignore?: readonly string[]
  readonly signal?: AbortSignal
  /** Leave out links, devices and sockets instead of keeping or refusing them; called once for each. */
  readonly skipSpecial?: (entry: TreeEntry) => void
}

/** The file of a folder whose lines, in the form of .gitignore, keep files out of what is packed. */
export const ignoreFile = '.ocishignore'

/**
 * The entries of a folder in a fixed order (each folder before its content, names by bytes), with owner 0:0 and one
 * time: the same tree gives the same archive wherever and by whomever it is packed.
 * Errors: ARCHIVE_UNSAFE for a link that leaves the folder, for devices and sockets.
 */
export async function* folderEntries(
  source: Source,
  options: FolderOptions = {},
): AsyncGenerator<TarInput, void> {
  const rules = await readRules(source, options.ignore ?? [])
  yield* below(source, '', rules, options)
}

async function readRules(source: Source, lines: readonly string[]): Promise<Ignore> {
  const rules = ignore().add(lines)
  for await (const entry of source.list('')) {
    if (entry.path !== ignoreFile || entry.kind !== 'file') continue
    if (entry.size > 2 ** 20) throw new OcishError('LIMIT_EXCEEDED', `${ignoreFile} is larger than 1 MiB`)
    const chunks: Uint8Array[] = []
    for await (const chunk of source.open(entry.path)) chunks.push(chunk)
    rules.add(Buffer.concat(chunks).toString('utf8')).add(`/${ignoreFile}`)
  }
  return rules
}

async function* below(
  source: Source,
  folder: string,
  rules: Ignore,
  options: FolderOptions,
): AsyncGenerator<TarInput, void> {
  const entries: TreeEntry[] = []
  for await (const entry of source.list(folder)) entries.push(entry)
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  for (const entry of entries) {
    options.signal?.throwIfAborted()
    if (rules.ignores(entry.kind === 'folder' ? `${entry.path}/` : entry.path)) continue
    if (options.skipSpecial !== undefined && entry.kind !== 'file' && entry.kind !== 'folder') {
      options.skipSpecial(entry)
      continue
    }
    yield toInput(source, entry, options)
    if (entry.kind === 'folder') yield* below(source, entry.path, rules, options)
  }
}

function toInput(source: Source, entry: TreeEntry, options: FolderOptions): TarInput {
  const base = { path: entry.path, uid: 0, gid: 0, size: 0, mtime: options.mtime ?? 0 }
  const kept = (entry.mode ?? 0o755) & 0o777
  const keep = options.preservePermissions === true
  switch (entry.kind) {
    case 'folder':
      return { ...base, type: 'folder', mode: keep ? kept : 0o755 }
    case 'link':
      return { ...base, type: 'link', mode: 0o777, target: insideTarget(entry) }
    case 'file': {
      const mode = keep ? kept : kept & 0o100 ? 0o755 : 0o644
      return { ...base, type: 'file', mode, size: entry.size, open: () => source.open(entry.path) }
    }
    case 'hardlink':
    case 'other':
      throw new OcishError('ARCHIVE_UNSAFE', `${entry.path} is neither a file, a folder nor a link`, {
        hint: 'Leave it out with a line in .ocishignore.',
      })
    default:
      return entry.kind satisfies never
  }
}

function insideTarget(entry: TreeEntry): string {
  const target = entry.target ?? ''
  let depth = entry.path.split('/').length - 1
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1
    else if (part !== '.' && part !== '') depth += 1
    if (depth < 0) break
  }
  if (target === '' || target.startsWith('/') || depth < 0) {
    throw new OcishError('ARCHIVE_UNSAFE', `the link ${entry.path} points outside the folder (${target})`, {
      hint: 'Replace the link by what it points to, or leave it out with a line in .ocishignore.',
    })
  }
  return target
}

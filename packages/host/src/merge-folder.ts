import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { OcishError } from '@ocish/sdk'
import { whyNotWritable } from './inner-path.ts'
import { errnoOf, lstatOrNothing, moveExclusively } from './private-file.ts'
import type { Container } from './target-container.ts'

/**
 * Moves what was staged into a folder that itself must stay, file by file; all conflicts are found before the first move.
 * Errors: FILE_EXISTS (with `details.paths`), TARGET_UNSAFE (a parent in the folder is a link).
 */
export async function mergeFolder(
  container: Container,
  folder: string,
  force: boolean,
  shown: string,
): Promise<void> {
  const entries = await stagedEntries(container.root, '')
  if (!force) refuseTaken(await conflicts(entries, folder), shown)
  else await conflicts(entries, folder)
  await fs.writeFile(container.plan, force ? 'force' : 'keep')
  await move(entries, container.root, folder, force)
}

/** The same refusal before anything is there to move. Names that could not be written are passed over. */
export async function refuseNames(names: readonly string[], folder: string, shown: string): Promise<void> {
  const entries = names
    .filter((name) => name !== '' && whyNotWritable(name) === undefined)
    .flatMap((path): StagedEntry[] => [...foldersOf(path), { path, kind: 'file' }])
  refuseTaken(await conflicts(entries, folder), shown)
}

function foldersOf(path: string): readonly StagedEntry[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, at) => ({ path: parts.slice(0, at + 1).join('/'), kind: 'folder' }))
}

function refuseTaken(taken: readonly string[], shown: string): void {
  if (taken.length === 0) return
  const more = taken.length > 1 ? ` and ${taken.length - 1} more` : ''
  throw new OcishError(
    'FILE_EXISTS',
    `${taken[0]}${more} exists already${shown === '.' ? '' : ` in ${shown}`}`,
    {
      details: { paths: taken.slice(0, 100) },
      hint: 'Name another folder, or add --force to replace them.',
    },
  )
}

/** Finishes a move that was interrupted; a name that somebody has taken since stays theirs. */
export async function resumeMerge(container: Container, folder: string): Promise<void> {
  const plan = await fs.readFile(container.plan, 'utf8').catch(() => undefined)
  if (plan === undefined) return
  const entries = await stagedEntries(container.root, '')
  await conflicts(entries, folder)
  await move(entries, container.root, folder, plan === 'force', true)
}

interface StagedEntry {
  readonly path: string
  readonly kind: 'folder' | 'file' | 'link'
}

/** Folders before what they hold. */
async function stagedEntries(root: string, path: string): Promise<StagedEntry[]> {
  const names = await fs.readdir(join(root, path), { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  })
  const nested = await Promise.all(
    names.map(async (entry): Promise<StagedEntry[]> => {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isSymbolicLink()) return [{ path: inner, kind: 'link' }]
      if (!entry.isDirectory()) return [{ path: inner, kind: 'file' }]
      return [{ path: inner, kind: 'folder' }, ...(await stagedEntries(root, inner))]
    }),
  )
  return nested.flat()
}

/** Files and links whose names are taken. A folder may exist, as a real folder. */
async function conflicts(entries: readonly StagedEntry[], folder: string): Promise<string[]> {
  const taken: string[] = []
  for (const { path, kind } of entries) {
    // Outer folders first, so that nothing is looked up through a link.
    // oxlint-disable-next-line no-await-in-loop
    const stats = await lstatOrNothing(join(folder, path))
    if (stats === undefined) continue
    if (kind === 'folder' && stats.isSymbolicLink())
      throw new OcishError('TARGET_UNSAFE', `${path} is a link, nothing is written through it`)
    if (kind !== 'folder' && stats.isDirectory())
      throw new OcishError('FILE_EXISTS', `${path} is a folder already`, { details: { paths: [path] } })
    if (kind !== 'folder' || !stats.isDirectory()) taken.push(path)
  }
  return taken
}

async function move(
  entries: readonly StagedEntry[],
  from: string,
  to: string,
  force: boolean,
  passTaken = false,
): Promise<void> {
  for (const entry of entries) {
    // In order: a folder must exist before its files.
    // oxlint-disable-next-line no-await-in-loop
    await moveOne(entry, join(from, entry.path), join(to, entry.path), force).catch((error: unknown) => {
      if (!passTaken || errnoOf(error) !== 'EEXIST') throw error
    })
  }
}

async function moveOne(entry: StagedEntry, from: string, to: string, force: boolean): Promise<void> {
  if (entry.kind === 'folder') {
    const stats = await lstatOrNothing(to)
    if (stats && !stats.isDirectory() && force) await fs.rm(to)
    if (!stats?.isDirectory()) await fs.mkdir(to, { mode: (await fs.stat(from)).mode & 0o777 })
  } else if (force) await fs.rename(from, to)
  else if (entry.kind === 'link') {
    await fs.symlink(await fs.readlink(from), to)
    await fs.rm(from)
  } else await moveExclusively(from, to)
}

import { promises as fs, type Stats } from 'node:fs'
import { basename, dirname, resolve, sep } from 'node:path'
import type { FileTarget } from '@ocish/commands'
import { OcishError } from '@ocish/sdk'
import { markedDigest } from './marked-folder.ts'
import { mergeFolder, refuseNames, resumeMerge } from './merge-folder.ts'
import { errnoOf, lstatOrNothing, moveExclusively } from './private-file.ts'
import { StagedTarget } from './staged-target.ts'
import {
  abandonedContainers,
  type Container,
  createContainer,
  isContainerName,
  removeContainer,
} from './target-container.ts'

/** What may happen to a place that is written to. */
export interface TargetOptions {
  /** Replace what is there: a folder as a whole, in the working folder each file that is named. */
  readonly force: boolean
  /** Keep what is there and refuse only names that exist. */
  readonly merge?: boolean
  /** A folder that holds this file, with a digest in it, may be replaced without `force`. */
  readonly marker?: string
  /** Files that will be written, as far as they are known: what a merge refuses is refused at once. */
  readonly names?: readonly string[]
  readonly signal: AbortSignal
  /** The path as the user wrote it, for messages; default: the path. */
  readonly shown?: string
  /** The working folder: it, what is above it, and mount points are never replaced, but filled file by file. */
  readonly cwd: string
}

/** A target that is being filled; nothing of it shows before `commit`, and without it nothing stays. */
export interface OpenTarget extends AsyncDisposable {
  readonly target: FileTarget
  /** Errors: TARGET_NOT_EMPTY, FILE_EXISTS, TARGET_UNSAFE, FILE_FAILED. */
  commit(): Promise<void>
}

/**
 * Opens a folder (or, through `write('')`, one file) for writing. It appears as a whole; a failure or a kill leaves what
 * was there (architecture.md, Replacing a folder). Errors: TARGET_NOT_EMPTY, FILE_EXISTS, TARGET_UNSAFE, FILE_FAILED.
 */
export async function openTarget(path: string, options: TargetOptions): Promise<OpenTarget> {
  const place = await placeOf(resolve(options.cwd, path), options.shown ?? path, options)
  await recover(place)
  const before = await lstatOrNothing(place.path)
  const force = options.force || (await isOurs(place.path, before, options.marker))
  if (!options.merge) await refuseTaken(place, before, force)
  else if (place.form === 'merge' && !force) await refuseNames(options.names ?? [], place.path, place.shown)
  const container = await createContainer(place.staging, basename(place.path)).catch((cause: unknown) => {
    throw new OcishError('FILE_FAILED', `cannot write in ${place.staging}`, { cause })
  })
  const target = new StagedTarget(container.root, options.signal)
  return {
    target,
    async commit() {
      options.signal.throwIfAborted()
      if (place.form === 'merge') await mergeFolder(container, place.path, force, place.shown)
      else await showWhole(container, place, target.form, before, force)
    },
    async [Symbol.asyncDispose]() {
      await removeContainer(container)
    },
  }
}

/** Fills a target and commits it when `fill` has succeeded. Errors: those of `openTarget` and of `fill`. */
export async function withTarget<T>(
  path: string,
  options: TargetOptions,
  fill: (target: FileTarget) => Promise<T>,
): Promise<T> {
  await using open = await openTarget(path, options)
  const result = await fill(open.target)
  await open.commit()
  return result
}

interface TargetPlace {
  readonly path: string
  /** As the user typed it. */
  readonly shown: string
  readonly form: 'whole' | 'merge'
  /** The folder that holds the container: on the same file system as the target. */
  readonly staging: string
}

async function placeOf(path: string, shown: string, options: TargetOptions): Promise<TargetPlace> {
  const stats = await lstatOrNothing(path)
  if (stats?.isSymbolicLink())
    throw new OcishError('TARGET_UNSAFE', `${shown} is a link`, {
      hint: 'Name the folder that it points to.',
    })
  if (stats && !stats.isDirectory() && !stats.isFile())
    throw new OcishError('TARGET_UNSAFE', `${shown} is neither a file nor a folder`)
  const parent = dirname(path)
  if (stats?.isDirectory() && (options.merge === true || (await mustStay(path, stats, options.cwd))))
    return { path, shown, form: 'merge', staging: path }
  await fs.mkdir(parent, { recursive: true }).catch((cause: unknown) => {
    throw new OcishError('FILE_FAILED', `cannot create the folder ${parent}`, { cause })
  })
  return { path, shown, form: 'whole', staging: parent }
}

/** The working folder, what is above it, and mount points cannot be renamed, or must not be. */
async function mustStay(path: string, stats: Stats, cwd: string): Promise<boolean> {
  const parent = dirname(path)
  if (parent === path || (await fs.stat(parent)).dev !== stats.dev) return true
  const [real, working] = await Promise.all([fs.realpath(path), fs.realpath(cwd)])
  return working === real || working.startsWith(real + sep)
}

async function refuseTaken(place: TargetPlace, before: Stats | undefined, force: boolean): Promise<void> {
  if (before === undefined || force) return
  if (!before.isDirectory())
    throw new OcishError('FILE_EXISTS', `${place.shown} exists already`, {
      hint: 'Add --force to replace it.',
    })
  if (await isEmpty(place.path)) return
  throw new OcishError('TARGET_NOT_EMPTY', `the folder ${place.shown} is not empty`, {
    hint: 'Name a new folder, or add --force to replace this one as a whole.',
  })
}

/** A folder that the kind itself unpacked. */
async function isOurs(path: string, before: Stats | undefined, marker: string | undefined): Promise<boolean> {
  return (
    before?.isDirectory() === true && marker !== undefined && (await markedDigest(path, marker)) !== undefined
  )
}

async function isEmpty(folder: string): Promise<boolean> {
  const names = await fs.readdir(folder)
  return names.every((name) => isContainerName(name))
}

/** One rename; what was there is moved aside first and removed afterwards. */
async function showWhole(
  container: Container,
  place: TargetPlace,
  form: StagedTarget['form'],
  before: Stats | undefined,
  force: boolean,
): Promise<void> {
  if (form === 'nothing') await fs.mkdir(container.root)
  else if (form === 'folder' && before?.isDirectory()) await fs.chmod(container.root, before.mode & 0o7777)
  if (force) await moveAside(container, place.path)
  try {
    if (form === 'file') await moveExclusively(container.root, place.path)
    else await fs.rename(container.root, place.path)
  } catch (cause) {
    // Somebody may have made one in the meantime: theirs is kept.
    await bringBack(container, place.path)
    const code = errnoOf(cause)
    if (code === 'ENOTEMPTY')
      throw new OcishError('TARGET_NOT_EMPTY', `the folder ${place.shown} is not empty`, { cause })
    if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR')
      throw new OcishError('FILE_EXISTS', `${place.shown} exists already`, { cause })
    throw new OcishError('FILE_FAILED', `cannot write ${place.shown}`, { cause })
  }
}

async function moveAside(container: Container, path: string): Promise<void> {
  await fs.rename(path, container.old).catch((cause: unknown) => {
    if (errnoOf(cause) !== 'ENOENT') throw new OcishError('FILE_FAILED', `cannot replace ${path}`, { cause })
  })
}

/** What was moved aside, where its place is free; that it was not is told by the failure before. */
async function bringBack(container: Container, path: string): Promise<void> {
  if (await lstatOrNothing(container.old)) await fs.rename(container.old, path).catch(() => undefined)
}

/** Finishes or undoes what runs that were killed have left for this target. */
async function recover(place: TargetPlace): Promise<void> {
  for (const container of await abandonedContainers(place.staging, basename(place.path))) {
    // One after the other: two of them could hold the same target.
    // oxlint-disable-next-line no-await-in-loop
    await recoverOne(container, place)
  }
}

async function recoverOne(container: Container, place: TargetPlace): Promise<void> {
  if (place.form === 'merge') await resumeMerge(container, place.path)
  else if (await lstatOrNothing(container.old)) {
    const next = (await lstatOrNothing(container.root)) ? container.root : container.old
    if (!(await lstatOrNothing(place.path))) await fs.rename(next, place.path)
  }
  await removeContainer(container)
}

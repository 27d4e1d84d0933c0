import { randomBytes } from 'node:crypto'
import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { ProcessIdentity } from '@ocish/cache'
import { isJsonObject } from '@ocish/sdk'
import { lstatOrNothing } from './private-file.ts'

/**
 * A private folder beside (or inside) a target, in which everything is made before one rename shows it. What a killed
 * run left is told by what is in it: `root` the new content, `old` what was moved aside, `plan` that moving file by file
 * has begun.
 */
export interface Container {
  readonly path: string
  readonly root: string
  readonly old: string
  readonly plan: string
}

const nameGrammar = /^\.ocish-[0-9a-f]{32}$/
const ownerFile = 'owner'
const strangersKeep = 24 * 60 * 60 * 1000

/** `target`: the name of what it serves, so that two targets in one folder do not mix. */
export async function createContainer(folder: string, target: string): Promise<Container> {
  const { thisProcess } = await import('@ocish/cache')
  const container = at(join(folder, `.ocish-${randomBytes(16).toString('hex')}`))
  await fs.mkdir(container.path, { mode: 0o700 })
  await fs.writeFile(join(container.path, ownerFile), JSON.stringify({ ...(await thisProcess()), target }))
  return container
}

/** Removes it with all that is left in it. */
export async function removeContainer(container: Container): Promise<void> {
  await fs.rm(container.path, { recursive: true, force: true })
}

/** Is this a name that `createContainer` gives? */
export function isContainerName(name: string): boolean {
  return nameGrammar.test(name)
}

/** The containers for this target of runs that are over for sure, or for a day where that cannot be seen from here. */
export async function abandonedContainers(folder: string, target: string): Promise<readonly Container[]> {
  const names = await fs.readdir(folder).catch((): string[] => [])
  const candidates = names.filter((name) => isContainerName(name)).map((name) => at(join(folder, name)))
  const over = await Promise.all(candidates.map(async (container) => isOver(container, target)))
  return candidates.filter((_, index) => over[index])
}

async function isOver(container: Container, target: string): Promise<boolean> {
  const stats = await lstatOrNothing(container.path)
  if (!stats?.isDirectory()) return false
  const owner = await ownerOf(container)
  if (owner !== undefined && owner.target !== target) return false
  const { isGone, thisProcess } = await import('@ocish/cache')
  if (owner !== undefined && (await isGone(owner))) return true
  return owner?.host !== (await thisProcess()).host && Date.now() - stats.mtimeMs > strangersKeep
}

async function ownerOf(
  container: Container,
): Promise<(ProcessIdentity & { readonly target: string }) | undefined> {
  try {
    const value: unknown = JSON.parse(await fs.readFile(join(container.path, ownerFile), 'utf8'))
    if (!isJsonObject(value)) return undefined
    const { host, pid, started, target } = value
    return typeof host === 'string' &&
      typeof pid === 'number' &&
      typeof started === 'string' &&
      typeof target === 'string'
      ? { host, pid, started, target }
      : undefined
  } catch {
    // Killed before it was written, or somebody else's folder.
    return undefined
  }
}

function at(path: string): Container {
  return { path, root: join(path, 'root'), old: join(path, 'old'), plan: join(path, 'plan') }
}

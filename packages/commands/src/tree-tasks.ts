import { hasCode } from '@ocish/sdk'
import type { CopyTask } from './copy-task.ts'
import { isCopiedTag } from './hidden-tags.ts'
import { hasGlob, literalPrefix } from './name-glob.ts'
import { placeBelow, repositoriesBelow } from './repository-tree.ts'
import type { Opened, Services } from './services.ts'
import { lastName } from './source-name.ts'

export interface TreeOptions {
  readonly signal: AbortSignal
  /** Tags that only stand for what refers to a digest come with what they refer to. */
  readonly withReferrers: boolean
}

/** A repository of the source, and where it goes. */
export interface RepositoryPair {
  readonly from: Opened
  readonly to: Opened
}

/** Every repository at or below a source with its place below a destination. Errors: those of both places. */
export async function repositoryPairs(
  source: string,
  destination: string,
  services: Services,
  signal: AbortSignal,
): Promise<readonly RepositoryPair[]> {
  const found = await repositoriesBelow(source, services, signal)
  const name = nameOf(source, services)
  const pairs: RepositoryPair[] = []
  for (const { place, path } of found) {
    // Opening sends nothing.
    pairs.push({ from: place, to: await placeBelow(destination, path, name, services) })
  }
  return pairs
}

function nameOf(source: string, services: Services): string {
  const text = (hasGlob(source) ? literalPrefix(source) : source).replace(/\/+$/, '')
  return lastName(services.locate(text))
}

/** Every tag of every repository at or below a source. */
export async function* treeTasks(
  source: string,
  destination: string,
  services: Services,
  options: TreeOptions,
): AsyncGenerator<CopyTask, void> {
  for (const { from, to } of await repositoryPairs(source, destination, services, options.signal)) {
    for await (const tag of copiedTags(from, options)) {
      yield { from: { ...from, reference: tag, tag }, to, tag }
    }
  }
}

/** The tags of a repository that are copied as such; none where there is no repository. */
export async function* copiedTags(from: Opened, options: TreeOptions): AsyncGenerator<string, void> {
  try {
    for await (const tag of from.registry.tags(from.repository, { signal: options.signal })) {
      if (isCopiedTag(tag, options.withReferrers)) yield tag
    }
  } catch (error) {
    if (!hasCode(error, 'REPOSITORY_NOT_FOUND')) throw error
  }
}

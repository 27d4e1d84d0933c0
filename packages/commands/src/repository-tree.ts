import { globMatch } from '@ocish/core'
import { hasCode, type Location, OcishError } from '@ocish/sdk'
import { repositoriesIn } from './expand-refs.ts'
import { hasGlob, literalPrefix } from './name-glob.ts'
import type { Opened, Services } from './services.ts'

/** A repository below a location, and its path from there; empty for the location itself. */
export interface Below {
  readonly place: Opened
  readonly path: string
}

/**
 * Every repository at or below a location: a host, a namespace, one repository, a pattern over repositories, a layout,
 * an archive, the store. A registry that lists no repositories gives the one that was named.
 * Errors: USAGE_CONFLICT (an artifact is named), REPOSITORY_NOT_FOUND (nothing is there).
 */
export async function repositoriesBelow(
  text: string,
  services: Services,
  signal: AbortSignal,
): Promise<readonly Below[]> {
  const location = hasGlob(text) ? undefined : services.locate(text)
  if (location !== undefined && namesArtifact(location)) {
    throw new OcishError('USAGE_CONFLICT', `${text} names an artifact, and repositories are wanted`, {
      hint: 'Leave out the tag or digest; choose tags with --match.',
    })
  }
  if (location !== undefined && isOneFile(location))
    return inFile(await services.open(location, 'check'), signal)
  const found =
    location === undefined
      ? await matching(text, services, signal)
      : await inRegistry(location, services, signal)
  if (found.length > 0) return found
  throw new OcishError('REPOSITORY_NOT_FOUND', `there is no repository at or below ${text}`)
}

function namesArtifact(location: Location): boolean {
  return (
    ('tag' in location && location.tag !== undefined) ||
    ('digest' in location && location.digest !== undefined)
  )
}

function isOneFile({ scheme }: Location): boolean {
  return ['oci', 'tar', 'docker-archive', 'path', 'stdio'].includes(scheme)
}

/** Names beside the file's own repository are kept as they are. */
async function inFile(opened: Opened, signal: AbortSignal): Promise<readonly Below[]> {
  const found: Below[] = []
  for await (const repository of opened.registry.repositories({ signal })) {
    const own = repository === opened.repository
    found.push({
      place: own ? opened : { ...opened, repository, display: `${opened.display}:${repository}` },
      path: own ? '' : repository,
    })
  }
  return found
}

async function matching(text: string, services: Services, signal: AbortSignal): Promise<readonly Below[]> {
  const prefix = literalPrefix(text)
  const opened = await services.openRegistry(prefix)
  return opening(
    repositoriesIn(opened, signal, (ref) => globMatch(text, ref)),
    prefix,
    services,
  )
}

async function inRegistry(
  location: Location,
  services: Services,
  signal: AbortSignal,
): Promise<readonly Below[]> {
  const named = 'repository' in location && location.repository !== undefined
  const root = location.text.replace(/\/+$/, '')
  const own = named && !('namespace' in location && location.namespace)
  const itself: readonly Below[] = own ? [{ place: await services.open(root, 'check'), path: '' }] : []
  try {
    const opened = await services.openRegistry(location)
    return [
      ...itself,
      ...(await opening(repositoriesIn(opened, signal), opened.display.replace(/\/+$/, ''), services)),
    ]
  } catch (error) {
    // Many registries list no repositories, or not to everybody; the one that was named can still be asked.
    if (
      own &&
      hasCode(error, 'UNSUPPORTED', 'REGISTRY_DENIED', 'REGISTRY_UNAUTHORIZED', 'REPOSITORY_NOT_FOUND')
    ) {
      services.note(`${root}: what lies below it cannot be listed`)
      return itself
    }
    throw error
  }
}

async function opening(
  repositories: AsyncIterable<{ readonly ref: string }>,
  root: string,
  services: Services,
): Promise<readonly Below[]> {
  const found: Below[] = []
  for await (const { ref } of repositories) {
    const path = ref.startsWith(root) ? ref.slice(root.length).replace(/^\/+/, '') : ref
    found.push({ place: await services.open(ref, 'check'), path })
  }
  return found
}

/**
 * Where the repository at `path` below a source goes below a destination. A destination that ends with a slash keeps the
 * last name of the source, as `cp` does with files.
 */
export async function placeBelow(
  destination: string,
  path: string,
  sourceName: string,
  services: Services,
): Promise<Opened> {
  const location = services.locate(destination.replace(/\/+$/, ''))
  if (namesArtifact(location)) {
    throw new OcishError('USAGE_CONFLICT', `${destination} names an artifact, and repositories go there`, {
      hint: 'Leave out the tag or digest.',
    })
  }
  const tail = joined(destination.endsWith('/') ? sourceName : '', path)
  if (isOneFile(location)) {
    const opened = await services.open(location, 'write')
    if (tail === '') return opened
    return { ...opened, repository: tail, display: `${opened.display}:${tail}` }
  }
  const hasRepository = 'repository' in location && location.repository !== undefined
  const whole = tail === '' && !hasRepository ? sourceName : tail
  const root = destination.replace(/\/+$/, '')
  return services.open(root.endsWith(':') ? `${root}${whole}` : joined(root, whole), 'write')
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/')
}

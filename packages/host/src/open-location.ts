import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { Access, Opened, OpenedRegistry } from '@ocish/commands'
import type { Registry } from '@ocish/core'
import {
  type CacheLocation,
  type FileLocation,
  type Location,
  OcishError,
  type PathLocation,
  type RegistryLocation,
} from '@ocish/sdk'
import { expandPath, type PathBase } from './paths.ts'
import { errnoOf } from './private-file.ts'
import type { Holdings } from './holdings.ts'

/** What a location is opened in. */
export interface OpenOptions extends PathBase {
  readonly holdings: Holdings
}

/** Opens one repository of whatever holds artifacts. Errors: LOCATION_UNSUPPORTED, REFERENCE_INVALID, those of the place. */
export async function openLocation(
  location: Location,
  access: Access,
  options: OpenOptions,
): Promise<Opened> {
  switch (location.scheme) {
    case 'registry':
      return openNamed(location, access, options)
    case 'cache':
      return openCached(location, options)
    case 'oci':
    case 'tar':
    case 'docker-archive':
      return openFile(location, access, options)
    case 'path':
      return openFile(await fileLocation(location, options), access, options)
    case 'stdio':
      throw new OcishError('LOCATION_UNSUPPORTED', 'standard input and output hold no repository', {
        hint: 'Write to a file first: tar:FILE.',
      })
    case 'kind':
      throw new OcishError('LOCATION_UNSUPPORTED', `${location.name}: holds no artifacts`, {
        hint: `List it with ls ${location.text}, or print a file of it with cat.`,
      })
    default:
      return location satisfies never
  }
}

/** Opens a host or a namespace of it, a layout, an archive or the store for listing. Errors: as `openLocation`. */
export async function openForListing(location: Location, options: OpenOptions): Promise<OpenedRegistry> {
  if (location.scheme === 'registry' || (location.scheme === 'cache' && location.registry !== undefined)) {
    const { registry: host = '', repository = '' } = location
    const cached = location.scheme === 'cache'
    const registry = cached ? await options.holdings.store() : await options.holdings.registry(host, 'read')
    const prefix = cached ? [host, repository].filter(Boolean).join('/') : repository
    return {
      registry,
      prefix,
      display: `${cached ? 'cache:' : ''}${[host, repository].filter(Boolean).join('/')}`,
    }
  }
  if (location.scheme === 'cache')
    return { registry: await options.holdings.store(), prefix: '', display: 'cache:' }
  const { registry, display } = await openLocation(location, 'read', options)
  return { registry, prefix: '', display }
}

/** Reads are refused by the registry that is opened. */
async function openNamed(
  location: RegistryLocation,
  access: Access,
  { holdings }: OpenOptions,
): Promise<Opened> {
  const found = openRemote(location, await holdings.registry(location.registry, access), '')
  if (access !== 'read' && access !== 'check')
    await holdings.refuseBlocked(location.registry, found.repository)
  return found
}

function openRemote(location: RegistryLocation | CacheLocation, registry: Registry, prefix: string): Opened {
  const { registry: host = '', repository } = location
  if (repository === undefined)
    throw new OcishError('REFERENCE_INVALID', `${location.text} names a registry, not a repository`, {
      details: { reference: location.text, span: { from: 0, to: location.text.length } },
      hint: `See what there is: ls ${location.text}`,
    })
  return opened(location, registry, `${prefix}${repository}`, `${host}/${repository}`)
}

async function openCached(location: CacheLocation, options: OpenOptions): Promise<Opened> {
  const found = openRemote(location, await options.holdings.store(), `${location.registry ?? ''}/`)
  return { ...found, display: `cache:${found.display}` }
}

async function openFile(location: FileLocation, access: Access, options: OpenOptions): Promise<Opened> {
  const path = expandPath(location.path, options)
  const { registry, repository } = await options.holdings.file(location.scheme, path, access)
  const found = opened(location, registry, repository, `${location.scheme}:${location.path}`)
  const isRead = access === 'read' || access === 'check'
  if (location.position !== undefined) return await atPosition(found, location.position, isRead)
  return location.scheme === 'docker-archive' && isRead ? await asSaved(found) : found
}

/** Errors: LOCATION_INVALID (to write to), MANIFEST_NOT_FOUND. */
async function atPosition(found: Opened, position: number, isRead: boolean): Promise<Opened> {
  if (!isRead)
    throw new OcishError('LOCATION_INVALID', `${found.location.text} is a place to read from`, {
      hint: 'Write a name in place of @N.',
    })
  const { descriptor } = await found.registry.statManifest(found.repository, `@${position}`)
  return { ...found, digest: descriptor.digest, reference: descriptor.digest }
}

/** `docker save` writes short names (`app:1`), skopeo whole ones (`docker.io/library/app:1`): both are the same image. */
async function asSaved(found: Opened): Promise<Opened> {
  const { tag, registry, repository } = found
  const short = tag?.replace(/^docker\.io\/(?:library\/)?/, '')
  if (tag === undefined || short === undefined || short === tag) return found
  const isThere = await registry.statManifest(repository, tag).then(
    () => true,
    () => false,
  )
  return isThere ? found : { ...found, tag: short, reference: short }
}

/** A path that is an image layout or an archive is opened as one. Errors: FILE_NOT_FOUND, LOCATION_UNSUPPORTED. */
async function fileLocation(location: PathLocation, options: OpenOptions): Promise<FileLocation> {
  const path = expandPath(location.path, options)
  const isLayout = await exists(join(path, 'oci-layout'))
  if (isLayout) return { scheme: 'oci', path: location.path, text: location.text }
  const stats = await fs.stat(path).catch((cause: unknown) => {
    const missing = errnoOf(cause) === 'ENOENT' || errnoOf(cause) === 'ENOTDIR'
    throw new OcishError(
      missing ? 'FILE_NOT_FOUND' : 'FILE_FAILED',
      `no layout or archive ${location.path}`,
      { cause },
    )
  })
  if (stats.isFile()) return { scheme: 'tar', path: location.path, text: location.text }
  throw new OcishError('LOCATION_UNSUPPORTED', `the folder ${location.path} is not an image layout`, {
    hint: `Write oci:${location.path} to make one, or use push to pack the folder.`,
  })
}

function opened(
  location: Exclude<Location, PathLocation | { scheme: 'stdio' }>,
  registry: Registry,
  repository: string,
  display: string,
): Opened {
  const tag = 'tag' in location ? location.tag : undefined
  const digest = 'digest' in location ? location.digest : undefined
  const reference = digest ?? tag
  return {
    location,
    registry,
    repository,
    display,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(reference !== undefined && { reference }),
    ...(location.inner !== undefined && { inner: location.inner }),
  }
}

async function exists(path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => true,
    () => false,
  )
}

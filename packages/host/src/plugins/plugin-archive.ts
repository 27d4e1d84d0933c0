import { compressed, extractTar, folderEntries, type TarInput, writeTar } from '@ocish/archive'
import type { Opened } from '@ocish/commands'
import { type Bytes, OcishError, type Source, type Target } from '@ocish/sdk'
import { archiveLimit, fetchPackage, type FetchOptions } from './fetch-package.ts'

/** What the layer of a plugin's artifact is: the archive that npm would have of it. */
const pluginLayerType = 'application/vnd.ocish.plugin.content.v1.tar+gzip'

/** How the places are opened that a plugin may come from. */
export interface ArchivePlaces extends FetchOptions {
  readonly source: (path: string) => Promise<Source>
  readonly open: (reference: string) => Promise<Opened>
}

/**
 * The archive of a plugin, wherever it comes from: a folder and an archive by a path (`./x`, `/x`, `~/x`), an artifact by
 * its reference, everything else by the name of an npm package. A bare name is never a path.
 */
export async function pluginArchive(source: string, places: ArchivePlaces): Promise<Uint8Array> {
  if (source.startsWith('npm:')) return fetchPackage(source.slice(4), places)
  if (/^(?:\.{1,2}$|\.{0,2}\/|~\/)/.test(source))
    return localArchive(await places.source(source), places.signal)
  return isReference(source) ? remoteArchive(source, places) : fetchPackage(source, places)
}

/** `ghcr.io/a/b:1`, `localhost:5000/a`, `oci:DIR:1`; `@scope/name` and `name@1` are packages. */
function isReference(source: string): boolean {
  if (/^(?:oci|docker|tar|cache):/.test(source)) return true
  const slash = source.indexOf('/')
  const host = slash < 0 ? '' : source.slice(0, slash)
  return !source.startsWith('@') && (host === 'localhost' || /[.:]/.test(host))
}

async function localArchive(source: Source, signal: AbortSignal): Promise<Uint8Array> {
  return whole(source.type === 'file' ? source.open('') : packedFolder(source, signal))
}

/** A folder as the archive that would be published of it: the same bytes each time. */
function packedFolder(source: Source, signal: AbortSignal): Bytes {
  const options = {
    ignore: ['node_modules/', '.git/', '*.tgz'],
    skipSpecial: () => undefined,
    signal,
  }
  const inPackage = async function* inPackage(): AsyncGenerator<TarInput> {
    for await (const entry of folderEntries(source, options))
      yield { ...entry, path: `package/${entry.path}` }
  }
  return compressed(writeTar(inPackage()), 'gzip')
}

async function remoteArchive(reference: string, { open, signal }: ArchivePlaces): Promise<Uint8Array> {
  const place = await open(reference)
  const named = place.reference
  if (named === undefined)
    throw new OcishError('REFERENCE_INVALID', `${reference} names a repository, not a plugin`, {
      hint: 'Add a tag or a digest.',
    })
  const { readManifest } = await import('@ocish/core')
  const { manifest } = await readManifest(place, named, { signal })
  const layers = manifest.form === 'image' ? manifest.layers : []
  const layer = layers.find(({ mediaType }) => mediaType === pluginLayerType)
  if (layer === undefined) throw new OcishError('PLUGIN_FAILED', `${reference} is no plugin`)
  if (layer.size > archiveLimit) throw tooLarge()
  const { bytes } = await place.registry.openBlob(place.repository, layer, { signal })
  return whole(bytes)
}

async function whole(bytes: Bytes): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > archiveLimit) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): OcishError {
  return new OcishError('LIMIT_EXCEEDED', `the plugin is larger than ${archiveLimit} bytes`)
}

/**
 * Writes what is below the archive's first folder (`package/` with npm). Links and devices stay out, nothing is run.
 * Errors: ARCHIVE_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED.
 */
export async function extractPlugin(archive: Uint8Array, target: Target, signal: AbortSignal): Promise<void> {
  const once = async function* once(): AsyncGenerator<Uint8Array> {
    yield archive
  }
  await extractTar(once(), withoutFirst(target), {
    signal,
    limits: { bytes: 256 << 20, file: archiveLimit, entries: 10_000 },
    skipSpecial: () => undefined,
  })
}

function withoutFirst(target: Target): Target {
  const inner = (path: string): string => path.slice(path.indexOf('/') + 1)
  return {
    write: async (path, content) => {
      if (path.includes('/')) await target.write(inner(path), content, { mode: 0o644 })
    },
    folder: async (path) => {
      if (path.includes('/')) await target.folder(inner(path))
    },
    link: async () => undefined,
  }
}

import { decompressed, encodeTarHeader, padding, type TarEntry } from '@ocish/archive'
import { abortable, collect, verified } from '@ocish/core'
import {
  type Bytes,
  createDigester,
  digestOf,
  isJsonObject,
  OcishError,
  parseDigest,
  parseJson,
} from '@ocish/sdk'
import { fileError } from './file-error.ts'
import { sizedHeader, TarFile } from './tar-file.ts'

const maxConfigSize = 16 * 1024 * 1024

/** A blob as it has to arrive. */
export interface SentBlob {
  readonly digest: string
  /** Bytes. */
  readonly size?: number | undefined
}

/** An image of the archive. */
export interface SavedImage {
  /** Digest of the configuration. */
  readonly config: string
  /** `docker.io/team/app:1`, in the order they came. */
  readonly names: string[]
  readonly diffIds: readonly string[]
}

/**
 * Writes what `docker load` reads (specs/ostree.md §12), in one pass: layers uncompressed under the name of their diff_id,
 * configurations byte for byte, and at the end the legacy folders, `manifest.json` and `repositories`. Regular files have
 * mode 0444 and the time 0. The same images in the same order give the same bytes.
 */
export class DockerArchiveWriter {
  readonly #tar: TarFile
  readonly #members = new Set<string>()

  private constructor(tar: TarFile) {
    this.#tar = tar
  }

  /** Errors: FILE_FAILED. */
  static async create(target: string): Promise<DockerArchiveWriter> {
    return new DockerArchiveWriter(await TarFile.create(target))
  }

  /** Resolves to the diff_id. Errors: DIGEST_MISMATCH, SIZE_MISMATCH, ARCHIVE_INVALID, FILE_FAILED; nothing of it stays. */
  async layer(blob: SentBlob, bytes: Bytes, signal?: AbortSignal): Promise<string> {
    const tar = this.#tar
    const start = tar.end
    const offset = start + encodeTarHeader(file(`${'0'.repeat(64)}.tar`)).length
    const digester = createDigester()
    let size = 0
    try {
      for await (const chunk of decompressed(verified(abortable(bytes, signal), expected(blob)))) {
        digester.update(chunk)
        await tar.write(chunk, offset + size)
        size += chunk.length
      }
      const diffId = digester.digest()
      const path = layerPath(diffId)
      if (this.#members.has(path)) {
        await tar.truncate(start)
        return diffId
      }
      this.#members.add(path)
      await tar.write(sizedHeader(file(path, size)), start)
      await tar.write(padding(size), offset + size)
      tar.end = offset + size + padding(size).length
      return diffId
    } catch (error) {
      await tar.truncate(start)
      throw fileError(error, `write ${tar.target}`)
    }
  }

  /** Keeps the configuration byte for byte; it is handed back. Errors: DIGEST_MISMATCH, LIMIT_EXCEEDED, FILE_FAILED. */
  async config(blob: SentBlob, bytes: Bytes, signal?: AbortSignal): Promise<Uint8Array> {
    const content = await collect(verified(bytes, expected(blob)), {
      limit: maxConfigSize,
      what: blob.digest,
      ...(signal && { signal }),
    })
    await this.#add(configPath(blob.digest), content)
    return content
  }

  /** The lists at the end, and the name. Errors: FILE_FAILED. */
  async finish(images: readonly SavedImage[], configs: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const repositories: Record<string, Record<string, string>> = Object.create(null) as Record<string, never>
    for (const image of images) {
      const top = await this.#legacy(image, configs.get(image.config))
      for (const name of image.names) {
        const colon = name.lastIndexOf(':')
        const tags = (repositories[name.slice(0, colon)] ??= Object.create(null) as Record<string, never>)
        if (top !== undefined) tags[name.slice(colon + 1)] = top
      }
    }
    const list = images.map(({ config, names, diffIds }) => ({
      Config: configPath(config),
      RepoTags: names.length === 0 ? null : names,
      Layers: diffIds.map((id) => layerPath(id)),
    }))
    await this.#add('manifest.json', JSON.stringify(list))
    await this.#add('repositories', JSON.stringify(repositories))
    try {
      await this.#tar.finish()
    } catch (error) {
      throw fileError(error, `write ${this.#tar.target}`)
    }
  }

  /** Leaves nothing, unless it was finished. */
  async discard(): Promise<void> {
    await this.#tar.discard()
  }

  /** A folder for each layer, as Docker before 1.10 wants them; the id of the top one. */
  async #legacy(image: SavedImage, config: Uint8Array | undefined): Promise<string | undefined> {
    let parent: string | undefined
    let chain = ''
    for (const [at, diffId] of image.diffIds.entries()) {
      const isTop = at === image.diffIds.length - 1
      chain = chain === '' ? diffId : digestOf(Buffer.from(`${chain} ${diffId}`))
      const identity = { layer_id: chain, parent, ...(isTop && { config: image.config }) }
      const id = parseDigest(digestOf(Buffer.from(JSON.stringify(identity)))).encoded
      const facts = { id, ...(parent !== undefined && { parent }), ...(isTop && topFacts(config)) }
      // eslint-disable-next-line no-await-in-loop -- one entry after the other
      await this.#folder(id, layerPath(diffId), JSON.stringify(facts))
      parent = id
    }
    return parent
  }

  async #folder(id: string, layer: string, json: string): Promise<void> {
    if (this.#members.has(`${id}/json`)) return
    await this.#put({ ...file(id), type: 'folder', mode: 0o755 })
    await this.#put({ ...file(`${id}/layer.tar`), type: 'link', mode: 0o777, target: `../${layer}` })
    await this.#add(`${id}/VERSION`, '1.0')
    await this.#add(`${id}/json`, json)
  }

  async #add(path: string, content: Uint8Array | string): Promise<void> {
    if (this.#members.has(path)) return
    this.#members.add(path)
    await this.#put(file(path), content)
  }

  async #put(entry: TarEntry, content?: Uint8Array | string): Promise<void> {
    try {
      await this.#tar.add(entry, content)
    } catch (error) {
      throw fileError(error, `write ${this.#tar.target}`)
    }
  }
}

/** The diff_ids of a configuration. Errors: MANIFEST_INVALID. */
export function diffIdsOf(config: Uint8Array): readonly unknown[] {
  const body = parseJson(config, { what: 'the configuration', code: 'MANIFEST_INVALID' })
  const rootfs = isJsonObject(body) ? body['rootfs'] : undefined
  const ids = isJsonObject(rootfs) ? rootfs['diff_ids'] : undefined
  if (Array.isArray(ids)) return ids
  throw new OcishError('MANIFEST_INVALID', 'the configuration names no diff_ids: it is not that of an image')
}

/** What the top of the legacy folders says besides its id. */
function topFacts(config: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  const body = config && parseJson(config, { what: 'the configuration', code: 'MANIFEST_INVALID' })
  if (!isJsonObject(body)) return {}
  const names = ['architecture', 'config', 'created', 'os'].filter((name) => body[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, body[name]]))
}

function expected({ digest, size }: SentBlob): { readonly digest: string; readonly size?: number } {
  return { digest, ...(size !== undefined && { size }) }
}

function layerPath(diffId: string): string {
  return `${parseDigest(diffId).encoded}.tar`
}

function configPath(digest: string): string {
  return `${parseDigest(digest).encoded}.json`
}

function file(path: string, size = 0): TarEntry {
  return { path, type: 'file', mode: 0o444, uid: 0, gid: 0, size, mtime: 0 }
}

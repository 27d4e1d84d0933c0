import { encodeGoJson, type GoJson, isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import { dockerImage, type DockerArchive, hashExtent, layerTypeOf, maxConfigSize } from './docker-archive.ts'
import type { LayoutEntry } from './index-json.ts'

const maxListSize = 4 * 1024 * 1024
/** Docker never had more. */
const maxLayers = 256

/** Members of a layer's own description that are none of the image's. */
const ofLayerAlone: ReadonlySet<string> = new Set([
  'id',
  'parent',
  'Size',
  'parent_id',
  'layer_id',
  'throwaway',
])

type JsonObject = Readonly<Record<string, unknown>>

/** A layer as it describes itself, in `ID/json`. */
interface OldLayer {
  readonly id: string
  readonly body: JsonObject
}

/**
 * The images of a docker-archive of before Docker 1.10 (2016): `repositories` names the uppermost layer of each tag, and each layer
 * its parent. The configuration is made as Docker made it when it loaded such an image, from that of the uppermost layer
 * with the digests of all of them, which are measured here. Errors: ARCHIVE_INVALID, LIMIT_EXCEEDED.
 */
export async function readOldDockerArchive(
  archive: DockerArchive,
  signal?: AbortSignal,
): Promise<readonly LayoutEntry[]> {
  const digests = new Map<string, string>()
  const entries: LayoutEntry[] = []
  for (const [position, [top, names]] of [...(await namedLayers(archive, signal))].entries()) {
    // One after the other: images share layers.
    const layers = await chainOf(archive, top, signal)
    const blobs = []
    for (const { id } of layers) {
      const extent = archive.members.find(`${id}/layer.tar`)
      if (extent === undefined) throw invalid(`the archive has no ${JSON.stringify(`${id}/layer.tar`)}`)
      const digest = digests.get(id) ?? (await hashExtent(archive.file, extent, signal))
      digests.set(id, digest)
      archive.content.add(digest, extent)
      blobs.push({ mediaType: await layerTypeOf(archive.file, extent), digest, size: extent.size })
    }
    const config = configOf(
      layers,
      blobs.map(({ digest }) => digest),
    )
    entries.push(...dockerImage(archive, { config, layers: blobs, names, position }))
  }
  return entries
}

/** Uppermost layers with their names, in the order of the file. */
async function namedLayers(
  { members }: DockerArchive,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const list = await members.read('repositories', maxListSize, signal)
  const repositories = parseJson(list, { what: 'repositories', code: 'ARCHIVE_INVALID', unique: 'all' })
  if (!isJsonObject(repositories)) throw invalid('repositories is not a JSON object')
  const named = new Map<string, string[]>()
  for (const [name, tags] of Object.entries(repositories)) {
    if (!isJsonObject(tags)) throw invalid(`repositories has no tags of ${JSON.stringify(name)}`)
    for (const [tag, id] of Object.entries(tags)) {
      if (typeof id !== 'string' || id === '') throw invalid(`repositories names no layer for ${name}:${tag}`)
      named.set(id, [...(named.get(id) ?? []), `${name}:${tag}`])
    }
  }
  if (named.size === 0) throw invalid('repositories names no image')
  return named
}

/** From the lowest layer to the uppermost. */
async function chainOf(
  { members }: DockerArchive,
  top: string,
  signal?: AbortSignal,
): Promise<readonly OldLayer[]> {
  const chain = new Map<string, OldLayer>()
  for (let id: unknown = top; id !== undefined && id !== '';) {
    if (typeof id !== 'string' || chain.has(id)) throw invalid(`the layers below ${top} have no end`)
    if (chain.size === maxLayers)
      throw new OcishError('LIMIT_EXCEEDED', `an image of more than ${maxLayers} layers`)
    // A layer names the next one.
    const what = `${id}/json`
    const body = parseJson(await members.read(what, maxConfigSize, signal), { what, code: 'ARCHIVE_INVALID' })
    if (!isJsonObject(body)) throw invalid(`${what} is not a JSON object`)
    chain.set(id, { id, body })
    id = body['parent']
  }
  return [...chain.values()].toReversed()
}

function configOf(layers: readonly OldLayer[], digests: readonly string[]): Uint8Array {
  const top = layers.at(-1)?.body ?? {}
  const members = Object.entries(top).filter(([name]) => !ofLayerAlone.has(name)) as [string, GoJson][]
  const config = new Map<string, GoJson>([
    ...members,
    ['rootfs', { type: 'layers', diff_ids: digests }],
    ['history', layers.map(({ body }) => historyOf(body))],
  ])
  return new TextEncoder().encode(encodeGoJson(config))
}

function historyOf(body: JsonObject): GoJson {
  const { created, author, container_config: container, comment } = body
  const command = isJsonObject(container) ? container['Cmd'] : undefined
  const words = Array.isArray(command) ? command.filter((word) => typeof word === 'string').join(' ') : ''
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined
  return {
    created: text(created),
    author: text(author),
    created_by: text(words),
    comment: text(comment),
  }
}

function invalid(message: string): OcishError {
  return new OcishError('ARCHIVE_INVALID', message)
}

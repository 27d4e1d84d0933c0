import { isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import { everyBuild, type Component } from './chunk-packing.ts'
import type { CommitSource } from './open-commit.ts'
import type { ScannedCommit } from './scan-commit.ts'

/** Which component each object belongs to, by checksum. */
export interface Ownership {
  readonly components: readonly Component[]
  readonly owner: ReadonlyMap<string, string>
}

/** What nobody owns. */
const unpackaged = 'unpackaged-content'
const databases = ['var/lib/dpkg', 'usr/lib/dpkg', 'usr/share/dpkg', 'usr/lib/sysimage/dpkg']
const maxList = 16 * 2 ** 20

/**
 * Components by the package database in the tree, else by folder (ostree.md §16). The attribute `user.component` of a
 * file wins; a file of several packages belongs to the first by name.
 */
export async function ownershipOf(source: CommitSource, scanned: ScannedCommit): Promise<Ownership> {
  const names = (await packageOwners(source, scanned)) ?? folderOwners(scanned)
  const owner = new Map<string, string>()
  for (const object of scanned.objects.values()) {
    const candidates = object.paths.map((path) => names(path)).filter((name) => name !== undefined)
    owner.set(object.checksum, object.component ?? candidates.toSorted()[0] ?? unpackaged)
  }
  return { owner, components: sized(owner, scanned) }
}

function sized(owner: ReadonlyMap<string, string>, scanned: ScannedCommit): readonly Component[] {
  const sizes = new Map<string, number>()
  for (const [checksum, name] of owner)
    sizes.set(name, (sizes.get(name) ?? 0) + (scanned.objects.get(checksum)?.size ?? 0))
  return [...sizes].map(([name, size]) => ({
    identifier: name,
    name,
    size,
    frequency: name === unpackaged ? everyBuild : 1,
  }))
}

type NameOf = (path: string) => string | undefined

async function packageOwners(source: CommitSource, scanned: ScannedCommit): Promise<NameOf | undefined> {
  const owners = new Map<string, string>()
  for (const database of databases) {
    const lists = [...scanned.byPath].filter(
      ([path]) => path.startsWith(`${database}/info/`) && path.endsWith('.list'),
    )
    for (const [path, { checksum, size }] of lists) {
      if (size > maxList) continue
      const name = path.slice(path.lastIndexOf('/') + 1, -'.list'.length).replace(/:.*$/, '')
      for (const line of (await readText(source, checksum, path)).split('\n')) {
        const found = located(line.replace(/^\/+/, ''), scanned)
        const before = found === undefined ? undefined : owners.get(found)
        if (found !== undefined && (before === undefined || name < before)) owners.set(found, name)
      }
    }
    if (lists.length > 0) return (path) => owners.get(path)
  }
  return undefined
}

async function readText(source: CommitSource, checksum: string, path: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await source.repo.content(checksum, path)).open()) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Where a package's path lies in the tree: defaults of /etc below usr, and /bin, /lib … behind links to usr. */
function located(path: string, scanned: ScannedCommit): string | undefined {
  return [path, `usr/${path}`].find((one) => scanned.byPath.has(one))
}

/** Without a package database: the first three folders of the path. */
function folderOwners(scanned: ScannedCommit): NameOf {
  return (path) => {
    const folder = path.split('/').slice(0, -1).slice(0, 3).join('/')
    return folder === '' || !scanned.folders.has(folder) ? undefined : folder
  }
}

/**
 * The content metadata of ostree-ext: layers by identifier with their names, and which object goes into which; nothing
 * is packed. Errors: KIND_INPUT_INVALID.
 */
export function parseContentMeta(bytes: Uint8Array, scanned: ScannedCommit): Ownership {
  const json = parseJson(bytes, { what: 'the content metadata', code: 'KIND_INPUT_INVALID' })
  if (
    !isJsonObject(json) ||
    json['version'] !== 1 ||
    !isJsonObject(json['layers']) ||
    !isJsonObject(json['mapping'])
  )
    throw new OcishError('KIND_INPUT_INVALID', 'content metadata needs version 1, layers and mapping')
  const { layers, mapping } = json
  const owner = new Map<string, string>()
  for (const checksum of scanned.objects.keys()) {
    const layer = mapping[checksum]
    if (typeof layer === 'string' && typeof layers[layer] === 'string') owner.set(checksum, layer)
  }
  const sizes = new Map(sized(owner, scanned).map(({ name, size }) => [name, size]))
  const components = Object.entries(layers).map(([name, shown]) => ({
    name,
    identifier: typeof shown === 'string' ? shown : name,
    frequency: 1,
    size: sizes.get(name) ?? 0,
  }))
  return { owner, components }
}

import { isJsonObject, oci, OcishError, parseDigest, parseJson } from '@ocish/sdk'
import { readEntryName, refName, writeEntryName } from './layout-names.ts'

/** Bytes of the largest `index.json` that is read. */
export const maxIndexSize: number = 64 * 1024 * 1024

type JsonObject = Readonly<Record<string, unknown>>

/** One manifest that a layout names. */
export interface LayoutEntry {
  readonly digest: string
  /** Absent where the writer left it out. */
  readonly mediaType?: string
  readonly size?: number
  /** Empty: the layout's own. */
  readonly repository: string
  readonly tag?: string
  /** `ref.name` as it stands there. */
  readonly name?: string
  /** Its place in an archive that is no layout, where several entries may name one image. */
  readonly position?: number
  /** The entry as it was read; members that nobody knows stay. */
  readonly source: JsonObject
}

/** An `index.json` in memory. Entries are in the order of the file. */
export class LayoutIndex {
  readonly entries: readonly LayoutEntry[]
  readonly #source: JsonObject
  #byName: ReadonlyMap<string, LayoutEntry> | undefined

  constructor(entries: readonly LayoutEntry[], source: JsonObject) {
    this.entries = entries
    this.#source = source
  }

  static empty(): LayoutIndex {
    return new LayoutIndex([], { schemaVersion: 2, mediaType: oci.index })
  }

  /** Takes what other tools write: no mediaType, duplicates, entries without size. Errors: LAYOUT_INVALID, DIGEST_INVALID. */
  static parse(bytes: Uint8Array, path: string): LayoutIndex {
    const source = parseJson(bytes, { what: path, code: 'LAYOUT_INVALID', maxSize: maxIndexSize })
    if (!isJsonObject(source)) throw new OcishError('LAYOUT_INVALID', `${path} is not a JSON object`)
    const manifests = source['manifests'] ?? []
    if (!Array.isArray(manifests))
      throw new OcishError('LAYOUT_INVALID', `manifests of ${path} is not a list`)
    return new LayoutIndex(
      manifests.map((entry) => readEntry(entry, path)),
      source,
    )
  }

  /** The text of the file; the order of members is that of the file it came from. */
  encode(): string {
    const manifests = this.entries.map((entry) => entry.source)
    return `${JSON.stringify({ ...this.#source, manifests })}\n`
  }

  /** The same file with other entries. */
  with(entries: readonly LayoutEntry[]): LayoutIndex {
    return new LayoutIndex(entries, this.#source)
  }

  /** By tag; in the layout's own repository also by a name as it stands. Of duplicates the last one counts. */
  find(repository: string, tag: string): LayoutEntry | undefined {
    this.#byName ??= new Map(
      this.entries.flatMap((entry) => (entry.name === undefined ? [] : [[entry.name, entry]])),
    )
    return this.#byName.get(nameOf(repository, tag))
  }

  /** Every entry that `find` chooses from, in the order of the file: more than one where a name is not unique. */
  findAll(repository: string, tag: string): readonly LayoutEntry[] {
    const name = nameOf(repository, tag)
    return this.entries.filter((entry) => entry.name === name)
  }

  /** The only entry with this tag, whatever repository its full reference names. */
  findOnly(tag: string): LayoutEntry | undefined {
    const found = this.entries.filter((entry) => entry.tag === tag)
    return found.length === 1 ? found[0] : undefined
  }

  /** By its place in the file, from 0. */
  at(position: number): LayoutEntry | undefined {
    return this.entries.find((entry, at) => (entry.position ?? at) === position)
  }

  /** The layout's own repository has every name when it has none of its own. */
  entriesOf(repository: string): readonly LayoutEntry[] {
    const own = this.entries.filter((entry) => entry.repository === repository)
    return repository === '' && own.length === 0 ? this.entries : own
  }

  tagsOf(repository: string): ReadonlySet<string> {
    const tags = this.entriesOf(repository).map((entry) =>
      entry.repository === repository || entry.tag === undefined ? entry.tag : entry.name,
    )
    return new Set(tags.filter((tag) => tag !== undefined))
  }

  /** Without the layout's own. */
  repositories(): ReadonlySet<string> {
    return new Set(this.entries.map((entry) => entry.repository).filter((repository) => repository !== ''))
  }

  /** Whether the layout's own repository has entries; that of an empty layout counts. */
  get hasOwn(): boolean {
    return this.entries.length === 0 || this.entries.some((entry) => entry.repository === '')
  }
}

function nameOf(repository: string, tag: string): string {
  return repository === '' ? tag : `${repository}:${tag}`
}

/** What a new entry says. */
export interface NewEntry {
  readonly repository: string
  readonly tag?: string | undefined
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly artifactType?: string | undefined
}

/** An entry as we write them: what others need to find it, and nothing that a later writer could contradict. */
export function createEntry(entry: NewEntry): LayoutEntry {
  const { repository, tag, digest, mediaType, size, artifactType } = entry
  const name = writeEntryName(repository, tag, digest)
  const source = {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(name !== undefined && { annotations: { [refName]: name } }),
  }
  return { digest, mediaType, size, ...readEntryName(name), ...(name !== undefined && { name }), source }
}

/** The entry without its name. */
export function unnamed(entry: LayoutEntry): LayoutEntry {
  const { annotations, ...source } = entry.source
  const rest = Object.entries(isJsonObject(annotations) ? annotations : {}).filter(([key]) => key !== refName)
  const name = writeEntryName(entry.repository, undefined, entry.digest)
  if (name !== undefined) rest.push([refName, name])
  const bare = readEntry(
    rest.length === 0 ? source : { ...source, annotations: Object.fromEntries(rest) },
    'index.json',
  )
  return bare
}

function readEntry(source: unknown, path: string): LayoutEntry {
  if (!isJsonObject(source))
    throw new OcishError('LAYOUT_INVALID', `an entry of ${path} is not a JSON object`)
  const { digest, mediaType, size, annotations } = source
  if (typeof digest !== 'string') throw new OcishError('LAYOUT_INVALID', `an entry of ${path} has no digest`)
  parseDigest(digest)
  if (size !== undefined && !(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)) {
    throw new OcishError('LAYOUT_INVALID', `the entry ${digest} of ${path} has an invalid size`)
  }
  const name = isJsonObject(annotations) ? annotations[refName] : undefined
  const named = typeof name === 'string' && name !== '' ? name : undefined
  return {
    digest,
    ...(typeof mediaType === 'string' && mediaType !== '' && { mediaType }),
    ...(size !== undefined && { size }),
    ...readEntryName(named),
    ...(named !== undefined && { name: named }),
    source,
  }
}

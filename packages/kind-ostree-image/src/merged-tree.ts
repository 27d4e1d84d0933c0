import { entryPath, type TarMember } from '@ocish/archive'
import { OcishError } from '@ocish/sdk'

/** A folder of the tree that several layers make together. */
export interface MergedFolder<F> {
  readonly type: 'folder'
  /** The layer that named it last. */
  layer: number
  /** Undefined where no layer says more than that there are files below. */
  member: Omit<TarMember, 'content'> | undefined
  readonly entries: Map<string, MergedFolder<F> | MergedFile<F>>
}

interface MergedFile<F> {
  readonly type: 'file'
  readonly layer: number
  readonly value: F
}

const prefix = '.wh.'
const opaque = '.wh..wh..opq'

/** Layers on top of each other (image-spec, layer.md): later ones replace, whiteouts remove what lower layers brought. */
export class MergedTree<F> {
  readonly root: MergedFolder<F> = { type: 'folder', layer: -1, member: undefined, entries: new Map() }
  readonly #valueOf: (member: TarMember) => Promise<F>

  /** `valueOf` makes of a file or link what is kept of it; it is called before the next entry is read. */
  constructor(valueOf: (member: TarMember) => Promise<F>) {
    this.#valueOf = valueOf
  }

  /** Errors: KIND_INPUT_INVALID, ARCHIVE_UNSAFE, those of `valueOf`. */
  async add(member: TarMember, layer: number): Promise<void> {
    const path = entryPath(member.path)
    const parts = path.split('/')
    const name = parts.pop() ?? ''
    if (path === '') {
      this.root.member = withoutContent(member)
      return
    }
    const parent = this.#folder(parts, layer, path)
    if (name === opaque) removeBelow(parent, layer)
    else if (name.startsWith(prefix)) removeOne(parent, name.slice(prefix.length), layer)
    else if (member.type === 'folder') addFolder(parent, name, withoutContent(member), layer)
    else if (member.type === 'hardlink')
      parent.entries.set(name, { type: 'file', layer, value: this.#linked(member, path) })
    else if (member.type === 'file' || member.type === 'link')
      parent.entries.set(name, { type: 'file', layer, value: await this.#valueOf(member) })
    else throw invalid(path, `is a ${member.type}, which no commit can hold`)
  }

  #folder(parts: readonly string[], layer: number, path: string): MergedFolder<F> {
    let at = this.root
    for (const part of parts) {
      const next = at.entries.get(part)
      if (next?.type === 'file') throw invalid(path, `lies below ${part}, which is no folder`)
      at = next ?? addFolder(at, part, undefined, layer)
    }
    return at
  }

  #linked(member: TarMember, path: string): F {
    const parts = entryPath(member.target ?? '').split('/')
    let at: MergedFolder<F> | MergedFile<F> | undefined = this.root
    for (const part of parts) at = at?.type === 'folder' ? at.entries.get(part) : undefined
    if (at?.type !== 'file')
      throw invalid(path, `is a hard link to ${member.target ?? ''}, which is not there`)
    return at.value
  }
}

function addFolder<F>(
  parent: MergedFolder<F>,
  name: string,
  member: MergedFolder<F>['member'],
  layer: number,
): MergedFolder<F> {
  const before = parent.entries.get(name)
  if (before?.type === 'folder') {
    before.layer = layer
    before.member = member ?? before.member
    return before
  }
  const folder: MergedFolder<F> = { type: 'folder', layer, member, entries: new Map() }
  parent.entries.set(name, folder)
  return folder
}

/** Only what lower layers brought is removed. */
function removeOne<F>(parent: MergedFolder<F>, name: string, layer: number): void {
  const entry = parent.entries.get(name)
  if (entry?.type === 'folder' && entry.layer === layer) removeBelow(entry, layer)
  else if (entry !== undefined && entry.layer < layer) parent.entries.delete(name)
}

function removeBelow<F>(folder: MergedFolder<F>, layer: number): void {
  for (const name of folder.entries.keys()) removeOne(folder, name, layer)
}

function withoutContent({ content: _content, ...member }: TarMember): Omit<TarMember, 'content'> {
  return member
}

function invalid(path: string, what: string): OcishError {
  return new OcishError('KIND_INPUT_INVALID', `${JSON.stringify(path)} ${what}`, { details: { path } })
}

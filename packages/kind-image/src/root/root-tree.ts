import type { TarEntry } from '@ocish/archive'
import { OcishError } from '@ocish/sdk'

/** What an entry of a layer says, and where it stands: its layer and its place in it, both from 0. */
export interface Inode {
  readonly layer: number
  readonly ordinal: number
  readonly entry: TarEntry
}

interface Node {
  /** Absent: a folder that no layer has an entry for. */
  inode?: Inode
  /** The last layer that named it. */
  layer: number
  readonly children?: Map<string, Node>
}

/** A path of the merged root, and what is there; without an inode a folder that is only implied. */
export interface RootPath {
  readonly path: string
  readonly inode?: Inode
}

const whiteout = '.wh.'
const opaque = '.wh..wh..opq'
const maxHops = 255
const maxPaths = 1_000_000

/**
 * The root file system that layers make, one after the other (image-spec, layer.md): later entries replace earlier ones,
 * whiteouts hide what lower layers have, and links in a path are followed inside the root, never out of it.
 * Errors: ARCHIVE_UNSAFE, LIMIT_EXCEEDED.
 */
export class RootTree {
  readonly #root: Node & { readonly children: Map<string, Node> } = { layer: -1, children: new Map() }
  #count = 0

  add(inode: Inode): void {
    const { entry, layer } = inode
    const steps = stepsOf(entry.path)
    const name = steps.pop()
    if (name === undefined) {
      if (entry.type !== 'folder') throw unsafe(entry.path, 'would replace the root')
      this.#root.inode = inode
    } else if (name.startsWith(whiteout)) this.#hide(steps, name, layer)
    else this.#put(steps, name, inode)
  }

  /** Everything below the root, parents first, siblings in the order of their names. */
  *paths(): Generator<RootPath, void> {
    const left: { readonly path: string; readonly node: Node }[] = [{ path: '', node: this.#root }]
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { path, node } = next
      if (path !== '') yield { path, ...(node.inode && { inode: node.inode }) }
      const children = [...(node.children ?? [])].toSorted(([a], [b]) => (a < b ? 1 : -1))
      for (const [name, child] of children)
        left.push({ path: path === '' ? name : `${path}/${name}`, node: child })
    }
  }

  #put(parent: readonly string[], name: string, given: Inode): void {
    const folder = this.#walk(parent, given) ?? this.#root
    const inode = given.entry.type === 'hardlink' ? this.#linked(given) : given
    const before = folder.children.get(name)
    if (given.entry.type === 'folder' && before?.children !== undefined) {
      before.inode = inode
      before.layer = given.layer
      return
    }
    if (before === undefined) this.#counted()
    const children = given.entry.type === 'folder' ? { children: new Map<string, Node>() } : {}
    folder.children.set(name, { inode, layer: given.layer, ...children })
  }

  #counted(): void {
    this.#count += 1
    if (this.#count > maxPaths)
      throw new OcishError('LIMIT_EXCEEDED', `the layers have more than ${maxPaths} paths together`)
  }

  /** The file that a hard link is another name of. */
  #linked({ entry }: Inode): Inode {
    const steps = stepsOf(entry.target ?? '')
    const name = steps.pop() ?? ''
    const found = this.#walk(steps)?.children.get(name)
    if (found?.inode === undefined || found.children !== undefined)
      throw unsafe(entry.path, 'is a hard link to no file of the image')
    return found.inode
  }

  #hide(parent: readonly string[], name: string, layer: number): void {
    const folder = this.#walk(parent)
    if (folder === undefined) return
    if (name === opaque) for (const child of folder.children.keys()) prune(folder.children, child, layer)
    else if (!name.startsWith('.wh..wh.')) prune(folder.children, name.slice(whiteout.length), layer)
  }

  /** The folder at a path. `maker`: makes what is missing, as of the layer of this entry. */
  #walk(
    path: readonly string[],
    maker?: Inode,
  ): (Node & { readonly children: Map<string, Node> }) | undefined {
    const left = [...path]
    const above = [this.#root]
    let hops = 0
    for (let step = left.shift(); step !== undefined; step = left.shift()) {
      if (step === '' || step === '.') continue
      if (step === '..') {
        if (above.length > 1) above.pop()
        continue
      }
      const here = above.at(-1) ?? this.#root
      const child = here.children.get(step)
      const target = child?.inode?.entry.type === 'link' ? (child.inode.entry.target ?? '') : undefined
      if (target !== undefined) {
        hops += 1
        if (hops > maxHops) throw unsafe(path.join('/'), 'leads through a circle of links')
        if (target.startsWith('/')) above.length = 1
        left.unshift(...target.split('/'))
      } else if (child !== undefined && hasChildren(child)) above.push(child)
      else if (maker === undefined) return undefined
      else above.push(this.#implied(here.children, step, maker.layer))
    }
    return above.at(-1)
  }

  #implied(
    siblings: Map<string, Node>,
    name: string,
    layer: number,
  ): Node & { readonly children: Map<string, Node> } {
    this.#counted()
    const node = { layer, children: new Map<string, Node>() }
    siblings.set(name, node)
    return node
  }
}

function hasChildren(node: Node): node is Node & { readonly children: Map<string, Node> } {
  return node.children !== undefined
}

/** Takes away what lower layers brought; what this layer itself brought stays. */
function prune(siblings: Map<string, Node>, name: string, layer: number): void {
  const node = siblings.get(name)
  if (node === undefined) return
  for (const child of node.children?.keys() ?? []) prune(node.children ?? new Map(), child, layer)
  if (node.layer < layer && (node.children === undefined || node.children.size === 0)) siblings.delete(name)
}

/** The steps of a path below the root; a leading `/` or `./` is the root itself. */
function stepsOf(path: string): string[] {
  if (path === '') throw unsafe(path, 'has no name')
  if (path.includes('\0')) throw unsafe(path, 'has a NUL')
  const steps = path.split('/').filter((step) => step !== '' && step !== '.')
  if (steps.includes('..')) throw unsafe(path, 'leaves the root')
  return steps
}

function unsafe(path: string, why: string): OcishError<'ARCHIVE_UNSAFE'> {
  return new OcishError('ARCHIVE_UNSAFE', `the entry ${JSON.stringify(path.slice(0, 200))} ${why}`, {
    details: { path: path.slice(0, 4096) },
  })
}

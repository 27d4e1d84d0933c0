import { hasCode, type Artifact, type Bytes, type KindContext, type Target } from '@ocish/sdk'
import { layerEntries } from './image-layers.ts'
import { readImage, type ImageLayer } from './model.ts'
import {
  contentOf,
  isShownFolder,
  shownEntries,
  shownTree,
  type ShownFile,
  type ShownFolder,
} from './shown-tree.ts'

/**
 * Writes the tree of an image as a container would see it, `ostree.md` §11 and §15: permission bits, links as they are,
 * a file of several names once, and attributes of users where the target takes them. Owners and special bits belong to
 * who may give them; what is lost is said. Errors: those of `shownTree` and of the target.
 */
export async function unpackImage(artifact: Artifact, target: Target, context: KindContext): Promise<void> {
  const image = await readImage(artifact)
  const root = await shownTree(artifact, image, context.signal)
  await new Unpacking(artifact, target, context).run(image.layers, root)
}

class Unpacking {
  readonly #artifact: Artifact
  readonly #target: Target
  readonly #context: KindContext
  #takesXattrs: boolean
  /** Entries that are not what the image has. */
  #poorer = 0

  constructor(artifact: Artifact, target: Target, context: KindContext) {
    this.#artifact = artifact
    this.#target = target
    this.#context = context
    this.#takesXattrs = target.takesXattrs === true
  }

  async run(layers: readonly ImageLayer[], root: ShownFolder): Promise<void> {
    const files = new Map<ShownFile, string[]>()
    const links: (readonly [path: string, link: ShownFile])[] = []
    for (const [path, entry] of shownEntries(root)) {
      if (isShownFolder(entry)) await this.#folder(path, entry)
      else if (entry.member.type === 'link') links.push([path, entry])
      else files.set(entry, [...(files.get(entry) ?? []), path])
    }
    for (const layer of layers) await this.#files(layer, files)
    // At the end: nothing is ever written through one.
    for (const [path, { member }] of links)
      await this.#unlessUnsafe(async () => this.#target.link(path, member.target ?? '', { asData: true }))
    if (this.#poorer > 0)
      this.#context.warn(
        `${this.#poorer} entries have an owner, special bits or attributes that a folder of files does not keep; ostree import keeps them`,
      )
  }

  async #folder(path: string, { member }: ShownFolder): Promise<void> {
    if (member !== undefined && this.#isPoorer(member)) this.#poorer += 1
    const { mode = 0o755 } = member ?? {}
    await this.#unlessUnsafe(async () => this.#target.folder(path, { mode: mode & 0o777 }))
  }

  /** The files of one layer that are still there, in one pass over it. */
  async #files(layer: ImageLayer, files: ReadonlyMap<ShownFile, readonly string[]>): Promise<void> {
    const wanted = new Map(
      [...files.keys()].filter((one) => one.layer === layer).map((one) => [one.member.offset, one]),
    )
    if (wanted.size === 0) return
    for await (const { offset, content } of layerEntries(this.#artifact, layer)) {
      this.#context.signal.throwIfAborted()
      const file = wanted.get(offset)
      if (file !== undefined) await this.#file(file, files.get(file) ?? [], content)
    }
  }

  /** The first name that the target takes gets the content, others are names of it. */
  async #file(file: ShownFile, paths: readonly string[], content: Bytes): Promise<void> {
    let first: string | undefined
    let bytes: Bytes | undefined = content
    for (const path of paths) {
      const write = async (): Promise<void> => {
        if (first !== undefined && this.#target.hardlink !== undefined)
          return this.#target.hardlink(path, first)
        await this.#write(path, file, bytes ?? contentOf(this.#artifact, file))
        bytes = undefined
        first = path
      }
      await this.#unlessUnsafe(write)
    }
    if (this.#isPoorer(file.member)) this.#poorer += paths.length
  }

  async #write(path: string, file: ShownFile, content: Bytes): Promise<void> {
    const mode = file.member.mode & 0o777
    const xattrs = new Map([...(file.member.xattrs ?? [])].filter(([name]) => name.startsWith('user.')))
    if (xattrs.size === 0 || !this.#takesXattrs) return this.#target.write(path, content, { mode })
    try {
      return await this.#target.write(path, content, { mode, xattrs })
    } catch (error) {
      if (!hasCode(error, 'FILE_FAILED')) throw error
      // Where no attribute can be set, or nothing be written: which of both it is shows the second time.
      this.#takesXattrs = false
      return this.#target.write(path, contentOf(this.#artifact, file), { mode })
    }
  }

  #isPoorer({ uid, gid, mode, xattrs }: ShownFile['member']): boolean {
    const kept = (name: string): boolean => this.#takesXattrs && name.startsWith('user.')
    return uid !== 0 || gid !== 0 || mode > 0o777 || [...(xattrs?.keys() ?? [])].some((name) => !kept(name))
  }

  async #unlessUnsafe(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!hasCode(error, 'TARGET_UNSAFE')) throw error
      this.#context.warn(`left out: ${error.message}`)
    }
  }
}

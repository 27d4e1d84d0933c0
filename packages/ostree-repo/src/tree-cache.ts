import type { DirTree } from './dirtree.ts'

/** Folders that were read lately, by checksum: at most so many names altogether. */
export class TreeCache {
  readonly #trees = new Map<string, DirTree>()
  readonly #limit: number
  #names = 0

  constructor(names: number) {
    this.#limit = names
  }

  get(checksum: string): DirTree | undefined {
    const tree = this.#trees.get(checksum)
    if (tree === undefined) return undefined
    this.#trees.delete(checksum)
    this.#trees.set(checksum, tree)
    return tree
  }

  set(checksum: string, tree: DirTree): void {
    if (this.#trees.has(checksum) || cost(tree) > this.#limit) return
    this.#trees.set(checksum, tree)
    this.#names += cost(tree)
    for (const [oldest, { files, folders }] of this.#trees) {
      if (this.#names <= this.#limit) return
      this.#trees.delete(oldest)
      this.#names -= cost({ files, folders })
    }
  }
}

function cost({ files, folders }: DirTree): number {
  return 1 + files.length + folders.length
}

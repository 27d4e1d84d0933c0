/**
 * The names of a long list that were given already. A list in order, as registries have it, cannot repeat itself: its
 * pages are only kept, as text, for the case that it leaves the order after all. So 100,000 names take a megabyte.
 */
export class SeenNames {
  readonly #pages: Buffer[] = []
  #highest: string | undefined
  /** From the first name on that came out of order. */
  #all: Set<string> | undefined

  /** Those names of the next page that are new, each once. */
  add(page: readonly string[]): readonly string[] {
    if (this.#all === undefined && isAscending(page, this.#highest)) {
      this.#pages.push(packed(page))
      this.#highest = page.at(-1) ?? this.#highest
      return page
    }
    const all = (this.#all ??= this.#unpacked())
    const fresh = new Set(page.filter((name) => !all.has(name)))
    for (const name of fresh) all.add(name)
    return [...fresh]
  }

  #unpacked(): Set<string> {
    const pages = this.#pages.splice(0)
    return new Set(pages.flatMap((page) => JSON.parse(page.toString('utf8')) as readonly string[]))
  }
}

/** `Buffer.from` would keep the room of three bytes for each letter. */
function packed(page: readonly string[]): Buffer {
  const text = JSON.stringify(page)
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text, 'utf8')
  return bytes
}

/** Any order does, as long as it is the same for all; names of ASCII are in that of their bytes. */
function isAscending(names: readonly string[], after: string | undefined): boolean {
  let before = after
  for (const name of names) {
    if (before !== undefined && name <= before) return false
    before = name
  }
  return true
}

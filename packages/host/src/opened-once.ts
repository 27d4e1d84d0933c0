/** Opens each key once; what failed to open is tried again the next time. */
export class OpenedOnce<T> {
  readonly #open = new Map<string, Promise<T>>()
  /** Still in somebody's hands, but not given out again. */
  readonly #retired: Promise<T>[] = []

  async get(key: string, open: () => Promise<T>): Promise<T> {
    const known = this.#open.get(key)
    if (known) return known
    const opening = open()
    this.#open.set(key, opening)
    opening.catch(() => this.#open.delete(key))
    return opening
  }

  /** The next `get` opens again; what is open stays so until all is closed. */
  retire(key: string): void {
    const known = this.#open.get(key)
    if (known) this.#retired.push(known)
    this.#open.delete(key)
  }

  /** The next `get` opens again; who calls closes what was open. */
  forget(key: string): void {
    this.#open.delete(key)
  }

  /** What was opened, to be closed; failures are none of it. */
  async closeAll(close: (opened: T) => Promise<void>): Promise<void> {
    const all = await Promise.allSettled([...this.#open.values(), ...this.#retired.splice(0)])
    this.#open.clear()
    await Promise.allSettled(all.map(async (one) => one.status === 'fulfilled' && close(one.value)))
  }
}

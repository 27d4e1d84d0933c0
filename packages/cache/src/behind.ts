/** Work that nobody waits for: one piece for each key at a time. What goes wrong shows at the next direct question. */
export class Behind {
  readonly #running = new Map<string, Promise<void>>()

  start(key: string, work: () => Promise<unknown>): void {
    if (this.#running.has(key)) return
    const ran = async (): Promise<void> => {
      try {
        await work()
      } catch {
        // Nobody waits for it.
      } finally {
        this.#running.delete(key)
      }
    }
    const done = ran()
    this.#running.set(key, done)
  }

  async settle(): Promise<void> {
    await Promise.all(this.#running.values())
  }
}

import { type CallOptions, ForwardingRegistry, type Registry } from '@ocish/core'

/** A registry whose commit is its last act: it is closed by it, and `done` hears of that. */
export function untilCommit(registry: Registry, done: () => void): Registry {
  return new UntilCommit(registry, done)
}

class UntilCommit extends ForwardingRegistry {
  readonly #done: () => void

  constructor(inner: Registry, done: () => void) {
    super(inner)
    this.#done = done
  }

  override async commit(options?: CallOptions): Promise<void> {
    await this.inner.commit(options)
    this.#done()
    await this.inner[Symbol.asyncDispose]()
  }
}

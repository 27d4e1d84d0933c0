/** Names and their values while a program runs; inner scopes see outer ones. */
export class Scope {
  readonly #values = new Map<string, unknown>()
  readonly #outer: Scope | undefined

  constructor(outer?: Scope, values: Iterable<readonly [string, unknown]> = []) {
    this.#outer = outer
    for (const [name, value] of values) this.#values.set(name, value)
  }

  /** Its own names, without those of outer scopes. */
  entries(): Iterable<readonly [string, unknown]> {
    return this.#values.entries()
  }

  get(name: string): unknown {
    return this.#values.has(name) ? this.#values.get(name) : this.#outer?.get(name)
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value)
  }

  /** In the outermost scope: `$error` is the same everywhere. */
  setGlobal(name: string, value: unknown): void {
    if (this.#outer === undefined) this.set(name, value)
    else this.#outer.setGlobal(name, value)
  }
}

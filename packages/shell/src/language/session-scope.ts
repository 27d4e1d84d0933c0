import type { EdgeType } from './edge-type.ts'

/**
 * What `let` named in earlier programs: the lines of a session share one. `bind` knows its names and their types, `run`
 * adds the names of a program that ended with status 0. A later `let` of the same name hides the earlier one.
 */
export class SessionScope {
  readonly #values = new Map<string, { readonly value: unknown; readonly type: EdgeType }>()
  /** What `try` took last, in whichever program. */
  error: unknown

  /** In the order in which they were named first. */
  get names(): readonly string[] {
    return [...this.#values.keys()]
  }

  /** Undefined for a name that nothing has. */
  typeOf(name: string): EdgeType | undefined {
    return this.#values.get(name)?.type
  }

  get(name: string): unknown {
    return this.#values.get(name)?.value
  }

  set(name: string, value: unknown, type: EdgeType = { form: 'any' }): void {
    this.#values.set(name, { value, type })
  }
}

/**
 * What a token may do (distribution, "Token Scope Documentation"): resources (`repository:team/app`) and the actions on
 * each. Compared as sets; `*` covers every action.
 */
export class Scopes {
  readonly #actions: ReadonlyMap<string, ReadonlySet<string>>

  private constructor(actions: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#actions = actions
  }

  /** Texts of one or several scopes, separated by white space; what is no scope is ignored. */
  static parse(...texts: readonly string[]): Scopes {
    const actions = new Map<string, Set<string>>()
    for (const text of texts.flatMap((entry) => entry.split(/\s+/)).slice(0, 100)) {
      const last = text.lastIndexOf(':')
      // The name may hold the colon of a port, so the type ends at the first colon and the actions begin at the last.
      if (last <= text.indexOf(':')) continue
      const resource = text.slice(0, last)
      const known = actions.get(resource) ?? new Set()
      for (const action of text.slice(last + 1).split(',')) if (action !== '') known.add(action)
      if (known.size > 0) actions.set(resource, known)
    }
    return new Scopes(actions)
  }

  get isEmpty(): boolean {
    return this.#actions.size === 0
  }

  union(other: Scopes): Scopes {
    return Scopes.parse(...this.texts(), ...other.texts())
  }

  covers(other: Scopes): boolean {
    return [...other.#actions].every(([resource, wanted]) => {
      const held = this.#actions.get(resource)
      return held !== undefined && (held.has('*') || wanted.isSubsetOf(held))
    })
  }

  /** One text per resource, sorted, actions sorted: the canonical form. */
  texts(): readonly string[] {
    return [...this.#actions]
      .map(([resource, actions]) => `${resource}:${[...actions].toSorted().join(',')}`)
      .toSorted()
  }

  /** As `texts`, those that `first` asks for at the front: some token services look at the first one only. */
  textsBeginningWith(first: Scopes): readonly string[] {
    const leads = (text: string): boolean => first.#actions.has(text.slice(0, text.lastIndexOf(':')))
    const texts = this.texts()
    return [...texts.filter(leads), ...texts.filter((text) => !leads(text))]
  }

  toString(): string {
    return this.texts().join(' ')
  }
}

/** The scope of `actions` on a repository. */
export function repositoryScope(repository: string, ...actions: readonly string[]): string {
  return `repository:${repository}:${actions.join(',')}`
}

/** The scope of the list of repositories. */
export const catalogScope = 'registry:catalog:*'

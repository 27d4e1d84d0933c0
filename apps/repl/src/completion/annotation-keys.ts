import type { PastLine } from '../prompt/state.ts'

/** Those of the image specification that a person writes. */
const known = [
  'title',
  'description',
  'version',
  'source',
  'revision',
  'licenses',
  'authors',
  'vendor',
  'url',
  'documentation',
  'created',
  'base.name',
  'base.digest',
].map((name) => `org.opencontainers.image.${name}`)

/** Seen keys that are kept; an artifact may hold any number. */
const limit = 500
/** How deep a value is looked through. */
const depth = 6

/** The keys of annotations that were shown or written in a session. */
export class AnnotationKeys {
  readonly #seen = new Set<string>()

  /** Looks through what a line gave. */
  see(value: unknown, left: number = depth): void {
    if (typeof value !== 'object' || value === null || left === 0) return
    if (Array.isArray(value)) {
      for (const item of value) this.see(item, left - 1)
      return
    }
    const { label, value: content } = value as { readonly label?: unknown; readonly value?: unknown }
    if (label === 'annotations') this.#add(content)
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'annotations') this.#add(inner)
      else this.see(inner, left - 1)
    }
  }

  /** Those that were seen, those that earlier lines gave, and those of the specification; each once. */
  of(history: readonly PastLine[]): readonly string[] {
    return [...new Set([...this.#seen, ...written(history), ...known])]
  }

  #add(annotations: unknown): void {
    if (typeof annotations !== 'object' || annotations === null || Array.isArray(annotations)) return
    for (const key of Object.keys(annotations)) if (this.#seen.size < limit) this.#seen.add(key)
  }
}

function written(history: readonly PastLine[]): readonly string[] {
  return history.flatMap(({ text }) =>
    [...text.matchAll(/(?:--annotation[ =]|\s-a )["']?([\w./-]+)=/g)].map(([, key]) => key!),
  )
}

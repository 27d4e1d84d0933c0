import { OcishError, type Span } from '@ocish/sdk'
import { isRecord } from '../is-record.ts'
import { nearest } from '../suggest.ts'
import { columnType, type EdgeType } from './edge-type.ts'
import { fieldOf } from './field-path.ts'
import type { PathStep } from './syntax.ts'

/** A field as it was written. */
export interface Field extends Partial<Span> {
  readonly path: readonly PathStep[]
  /** `name?`: no item needs to have it. */
  readonly optional: boolean
}

/** Names that a complaint chooses from. */
const namesAtMost = 200

/**
 * Reads one field of every item of a stream. Nothing is held back: whether any item has the field is known at the end of
 * the stream, so that is where the complaint comes (docs/language.md, "Rows").
 */
export class FieldReader {
  readonly #field: Field
  #settled: boolean
  #count = 0
  /** How far the path led at best, and the names that stood there instead. */
  #depth = 0
  #names = new Set<string>()

  /** A column that the rows are declared to have may be empty in all of them. */
  constructor(field: Field, input: EdgeType) {
    const [name] = field.path
    this.#field = field
    this.#settled =
      field.optional ||
      field.path.length === 0 ||
      (field.path.length === 1 && typeof name === 'string' && columnType(input, name) !== undefined)
  }

  /** No complaint will come. */
  get settled(): boolean {
    return this.#settled
  }

  read(item: unknown): unknown {
    const value = fieldOf(item, this.#field.path)
    this.#count++
    if (this.#settled) return value
    if (value === undefined) this.#missed(item)
    else this.#settled = true
    return value
  }

  /** After the last item. Errors: BIND_UNKNOWN_FIELD when there were items and none had the field. */
  end(): void {
    if (this.#settled || this.#count === 0) return
    const { path, from, to } = this.#field
    const text = pathText(path)
    const step = path[this.#depth]
    // `annotations.org.example.name` is one name with dots in it.
    const whole = path.slice(this.#depth).join('.')
    const dotted = this.#names.has(whole)
    const closest = dotted ? [whole] : typeof step === 'string' ? nearest(step, this.#names) : []
    const [best] = closest
    const span = from === undefined || to === undefined ? undefined : { from, to }
    const rest = dotted ? [] : path.slice(this.#depth + 1)
    const corrected = best === undefined ? undefined : [...path.slice(0, this.#depth), best, ...rest]
    const names = [...this.#names].slice(0, 20).join(', ')
    const known = names === '' ? 'W' : `Fields are ${names}; w`
    throw new OcishError('BIND_UNKNOWN_FIELD', `no row has a field ${text}`, {
      hint: `${known}rite ${text}? for one that may be missing.`,
      details: {
        ...(span === undefined ? {} : { span }),
        ...(closest.length > 0 ? { closest } : {}),
        ...(span === undefined || corrected === undefined || to! - from! !== text.length
          ? {}
          : { replace: { ...span, with: pathText(corrected) } }),
      },
    })
  }

  #missed(item: unknown): void {
    const { path } = this.#field
    let depth = 0
    while (depth < path.length - 1 && fieldOf(item, path.slice(0, depth + 1)) !== undefined) depth++
    if (depth < this.#depth) return
    if (depth > this.#depth) this.#names = new Set()
    this.#depth = depth
    const place = fieldOf(item, path.slice(0, depth))
    if (isRecord(place)) {
      for (const name of Object.keys(place)) if (this.#names.size < namesAtMost) this.#names.add(name)
    } else if (depth === 0) this.#names.add('value')
  }
}

/** A path as it is written: `layers[0].digest`, `annotations."a.b"`. */
export function pathText(path: readonly PathStep[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      const name = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(step) ? step : `"${step}"`
      return index === 0 ? name : `.${name}`
    })
    .join('')
}

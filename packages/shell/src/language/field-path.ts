import { isRecord } from '../is-record.ts'
import { parsePath } from './parse-word.ts'
import { Scanner } from './scanner.ts'
import type { PathStep } from './syntax.ts'

const name = /[A-Za-z_][A-Za-z0-9_-]*/y

/** `size`, `layers[0].digest`, `annotations."a.b"`, `.size`, each also with `?`; undefined for anything else. */
export function fieldPath(text: string): readonly PathStep[] | undefined {
  const scanner = new Scanner(text)
  if (scanner.char === '.') scanner.at++
  const first = scanner.match(name)
  if (first === undefined) return undefined
  scanner.at += first.length
  const steps = [first, ...parsePath(scanner)]
  if (scanner.char === '?') scanner.at++
  return scanner.ended ? steps : undefined
}

/** `field?`: no row needs to have it. */
export function isOptional(text: string): boolean {
  return text.endsWith('?')
}

/** `name=field` of `select`: the new name, and the field it comes from. */
export function renamed(
  text: string,
): { readonly name: string; readonly path: readonly PathStep[] } | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_-]*)=(.+)$/s.exec(text)
  const path = fieldPath(match?.[2] ?? text)
  if (path === undefined) return undefined
  const last = path.findLast((step) => typeof step === 'string') ?? text
  return { name: match?.[1] ?? last, path }
}

/** A field of something that flows: a row has its columns, a plain value is its own `value`. */
export function fieldOf(item: unknown, path: readonly PathStep[]): unknown {
  return path[0] === 'value' && !isRecord(item) ? valueAt(item, path.slice(1)) : valueAt(item, path)
}

/** The value at a path; undefined where a step leads nowhere. Own properties only. */
export function valueAt(value: unknown, path: readonly PathStep[]): unknown {
  let current = value
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? (current as unknown[])[step] : undefined
    else if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step))
      return undefined
    else current = (current as Record<string, unknown>)[step]
  }
  return current
}

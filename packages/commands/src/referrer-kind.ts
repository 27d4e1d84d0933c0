import type { Annotations, Descriptor, Match } from '@ocish/sdk'
import { genericKindOfType } from './generic-kind.ts'
import type { KindInfo } from './services.ts'

/** The kind of what refers to something, as far as its descriptor says: the same word as `describe` has for it. */
export function referrerKind(descriptor: Descriptor, kinds: readonly KindInfo[]): string {
  let best: { readonly name: string; readonly fields: number } | undefined
  for (const { name, match } of kinds) {
    for (const one of match) {
      const fields = Object.keys(one).length
      if (fields > (best?.fields ?? 0) && saysSo(one, descriptor)) best = { name, fields }
    }
  }
  return best?.name ?? genericKindOfType(descriptor.artifactType)
}

/** A match that needs more than a descriptor has says nothing. */
function saysSo(match: Match, { artifactType, annotations }: Descriptor): boolean {
  const { artifactType: type, configMediaType, annotation, ...rest } = match
  if (Object.values(rest).some((value) => value !== undefined)) return false
  // Where a manifest has no artifact type, that of its configuration is listed for it.
  return (
    (type === undefined || type === artifactType) &&
    (configMediaType === undefined || configMediaType === artifactType) &&
    (annotation === undefined || hasPair(annotations, annotation))
  )
}

/** `name`, or `name=value`. */
function hasPair(pairs: Annotations | undefined, wanted: string): boolean {
  if (pairs === undefined) return false
  const equals = wanted.indexOf('=')
  const name = equals < 0 ? wanted : wanted.slice(0, equals)
  return Object.hasOwn(pairs, name) && (equals < 0 || pairs[name] === wanted.slice(equals + 1))
}

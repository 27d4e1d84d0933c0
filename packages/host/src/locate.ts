import { type Location, looksLikeRegistry, parseLocation } from '@ocish/sdk'
import type { RegistrySettings } from './config.ts'

export interface LocateOptions {
  readonly registries: ReadonlyMap<string, RegistrySettings>
  /** Schemes that kinds open. */
  readonly kindSchemes: readonly string[]
}

/**
 * Reads a location; a first component that is an alias of the configuration stands for its registry and namespace.
 * Errors: REFERENCE_INVALID, LOCATION_INVALID, LOCATION_UNSUPPORTED, with `details.span` in the text as given.
 */
export function locate(text: string, options: LocateOptions): Location {
  const expanded = expandAlias(text, options.registries)
  return { ...parseLocation(expanded, { kindSchemes: options.kindSchemes }), text }
}

function expandAlias(text: string, registries: ReadonlyMap<string, RegistrySettings>): string {
  const slash = text.indexOf('/')
  const head = slash < 0 ? text : text.slice(0, slash)
  if (looksLikeRegistry(head)) return text
  for (const [host, { alias, base }] of registries) {
    if (alias === head)
      return `${host}${base === undefined ? '' : `/${base}`}${slash < 0 ? '/' : text.slice(slash)}`
  }
  return text
}

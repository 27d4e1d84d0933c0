import { isOcishError, type Location, looksLikeRegistry, OcishError, parseLocation } from '@ocish/sdk'
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
  try {
    return { ...parseLocation(expanded, { kindSchemes: options.kindSchemes }), text }
  } catch (error) {
    throw isOcishError(error) ? inText(error, text, expanded) : error
  }
}

/** Says in which text the span lies; that of an expanded alias is nobody's. */
function inText(error: OcishError, text: string, expanded: string): OcishError {
  const whole = { input: text, span: { from: 0, to: text.length } }
  return new OcishError(error.code, error.message, {
    cause: error.cause,
    exit: error.exit,
    ...(error.hint !== undefined && { hint: error.hint }),
    details: text === expanded ? { ...whole, ...error.details } : whole,
  })
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

import {
  isOcishError,
  type Location,
  looksLikeRegistry,
  OcishError,
  parseLocation,
  type Span,
} from '@ocish/sdk'
import type { RegistrySettings } from './config.ts'

/** What gives words of a location their meaning. */
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

/** Says in which text the span lies; of an expanded alias it is moved to what was written. */
function inText(error: OcishError, text: string, expanded: string): OcishError {
  const longer = expanded.length - text.length
  const { from, to } = (error.details?.['span'] as Span | undefined) ?? { from: 0, to: expanded.length }
  const span = { from: Math.max(0, from - longer), to: Math.max(1, to - longer) }
  return new OcishError(error.code, error.message, {
    cause: error.cause,
    exit: error.exit,
    ...(error.hint !== undefined && { hint: error.hint }),
    details: { ...error.details, input: text, span },
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

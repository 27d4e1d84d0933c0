import { hasCode, isOcishError, OcishError, parseReference, type Span } from '@ocish/sdk'

/**
 * An error about a whole name (`ghcr.io/team/app:1`), as one about the short name that stands on the line (`app:1`), so
 * that the place is marked and the cure can be put there. Where there is no context, a name that only wants one says how
 * it gets it.
 */
export function asWritten(error: unknown, line: string, context: string): unknown {
  if (!isOcishError(error)) return error
  if (context === '') return withWayIn(error)
  const { input, span } = (error.details ?? {}) as { readonly input?: unknown; readonly span?: Span }
  const base = `${context}/`
  if (typeof input !== 'string' || line.includes(input) || !input.startsWith(base)) return error
  const short = input.slice(base.length)
  if (short === '' || !line.includes(short)) return error
  const moved = span === undefined || span.from < base.length ? undefined : shifted(span, base.length)
  const details = { ...error.details, input: short, span: moved ?? { from: 0, to: short.length } }
  const { code, message, hint, cause, exit } = error
  return new OcishError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
    details,
    exit,
  })
}

function shifted({ from, to }: Span, by: number): Span {
  return { from: from - by, to: to - by }
}

function withWayIn(error: OcishError): OcishError {
  const input = error.details?.['input']
  if (!hasCode(error, 'REFERENCE_INVALID') || typeof input !== 'string' || !isShort(input)) return error
  const { code, message, hint = '', details, cause, exit } = error
  return new OcishError(code, message, {
    hint: `Go into a registry first: cd REGISTRY. ${hint}`.trimEnd(),
    ...(cause === undefined ? {} : { cause }),
    ...(details === undefined ? {} : { details }),
    exit,
  })
}

/** Inside a registry it would be a name. */
function isShort(input: string): boolean {
  try {
    parseReference(`registry.example/${input}`)
    return true
  } catch {
    return false
  }
}

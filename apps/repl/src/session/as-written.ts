import { isOcishError, OcishError, type Span } from '@ocish/sdk'

/**
 * An error about a whole name (`ghcr.io/team/app:1`), as one about the short name that stands on the line (`app:1`), so
 * that the place is marked and the cure can be put there.
 */
export function asWritten(error: unknown, line: string, context: string): unknown {
  if (!isOcishError(error) || context === '') return error
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

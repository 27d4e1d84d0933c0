import type { IncomingHttpHeaders } from 'node:http'

/** One request as the server saw it. */
export interface RequestRecord {
  readonly method: string
  /** As sent, with the query. */
  readonly target: string
  /** `blob`, `manifest`, `tags`, …; `unknown` where no route fits. */
  readonly route: string
  readonly repository: string | undefined
  readonly status: number
  /** Bytes of the request's body that were taken. */
  readonly received: number
  /** Bytes of the answer's body that were handed over. */
  readonly sent: number
  /** The answer went out whole. */
  readonly complete: boolean
  readonly headers: IncomingHttpHeaders
  /** What went wrong inside, for a 5xx. */
  readonly error?: unknown
}

/** Headers without secrets: credentials are their scheme and a short hash, which is enough to compare. */
export async function redactHeaders(headers: IncomingHttpHeaders): Promise<IncomingHttpHeaders> {
  const { authorization, cookie } = headers
  if (authorization === undefined && cookie === undefined) return headers
  const { hash } = await import('node:crypto')
  const short = (text: string): string => `#${hash('sha256', text).slice(0, 8)}`
  return {
    ...headers,
    ...(authorization !== undefined && {
      authorization: `${authorization.split(' ', 1)[0] ?? ''} ${short(authorization)}`,
    }),
    ...(cookie !== undefined && { cookie: short(cookie) }),
  }
}

import type { IncomingMessage } from 'node:http'
import type { Registry } from '@ocish/core'
import type { Access } from './auth/access.ts'
import type { Limits, ServeOptions } from './options.ts'
import type { UploadSessions } from './upload-sessions.ts'

/** A request and what it may use. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly method: string
  /** Without the query, as sent. */
  readonly path: string
  readonly query: URLSearchParams
  /** Aborted when the other side has gone. */
  readonly signal: AbortSignal
  readonly registry: Registry
  readonly options: ServeOptions
  readonly limits: Limits
  readonly sessions: UploadSessions
  readonly access: Access
}

/** The value of a header that may come once. */
export function header({ request }: Pick<Exchange, 'request'>, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

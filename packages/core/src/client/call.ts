import type { Bytes } from '@ocish/sdk'
import type { CallOptions } from '../registry.ts'
import type { Answer } from './answer.ts'
import type { Lane } from './host-queue.ts'
import type { Subject } from './wire-error.ts'

/** A body that can be sent again. */
export interface RequestBody {
  readonly open: () => Uint8Array | Bytes
  /** Undefined: sent in chunks of unknown number. */
  readonly length: number | undefined
}

/** One request to the registry, described so that it can be repeated. */
export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly scopes: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestBody
  /** `held`: the caller has a place in the queue already. */
  readonly lane: Lane | 'held'
  /** It may be sent again although it may have taken effect. */
  readonly repeatable: boolean
  /** What took too long as a whole is not sent again as a whole: whoever calls has smaller requests to try. */
  readonly endsWhenLate?: boolean
  /** Statuses from 300 that are answers. */
  readonly accept?: readonly number[]
  readonly subject: Subject
  readonly signal: AbortSignal | undefined
  /** Told of pauses in place of the client's own `onRetry`. */
  readonly onRetry?: CallOptions['onRetry'] | undefined
  /** A GET of a large body. */
  readonly isLarge?: boolean | undefined
}

/** An answer that was read to its end. */
export interface Whole {
  readonly answer: Answer
  readonly body: Uint8Array
}

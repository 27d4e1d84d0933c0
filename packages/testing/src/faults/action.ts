import { setTimeout as wait } from 'node:timers/promises'

/** A request on its way to the registry. */
export interface Outgoing {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: AsyncIterable<Uint8Array>
  /** Origin of the fault server itself and of its second listener. */
  readonly origin: string
  readonly otherOrigin: string
}

/** An answer on its way back. */
export interface Incoming {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * What goes wrong: `request` may change what the registry sees or answer in its place, `response` may change what comes
 * back. Several may meet in one request; they act in the order of their rules.
 */
export interface FaultAction {
  readonly name: string
  readonly request?: (request: Outgoing) => Outgoing | Incoming | Promise<Outgoing | Incoming>
  readonly response?: (response: Incoming, request: Outgoing) => Incoming | Promise<Incoming>
}

/** Ends a body in the way that HTTP does not know: `reset` cuts the connection, `stall` sends nothing more. */
export class Cut extends Error {
  readonly how: 'reset' | 'stall'

  constructor(how: 'reset' | 'stall') {
    super(how)
    this.how = how
  }
}

/** The first `count` bytes of a stream; where there are more (or exactly as many), then what `end` throws, if it does. */
export async function* firstBytes(
  bytes: AsyncIterable<Uint8Array>,
  count: number,
  end: () => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count
  for await (const chunk of bytes) {
    if (left > 0) yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) break
  }
  if (left <= 0) end()
}

/** A body of one text. */
export async function* textBody(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  if (text !== '') yield new TextEncoder().encode(text)
}

/** The headers without some of them, names in lower case. */
export function without<T>(
  headers: Readonly<Record<string, T>>,
  ...names: readonly string[]
): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())))
}

/** Waits unless the milliseconds are none. */
export async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await wait(milliseconds)
}

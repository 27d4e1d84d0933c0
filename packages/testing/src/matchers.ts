import { isOcishError } from '@ocish/sdk'
import { inspect } from 'node:util'

/** What `toFailWith` answers for: nothing to wait for when a function throws at once, else a promise. */
export type FailResult<T> =
  T extends PromiseLike<unknown>
    ? Promise<void>
    : T extends (...args: never[]) => infer R
      ? R extends PromiseLike<unknown> | AsyncIterable<unknown>
        ? Promise<void>
        : void
      : T extends AsyncIterable<unknown>
        ? Promise<void>
        : void

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * The promise, the function's call or the async iteration fails with an `OcishError` of this code (or of one
     * of these). `AbortError` is recognised by name.
     */
    toFailWith(...codes: readonly [string, ...string[]]): FailResult<T>
  }
}

interface Verdict {
  readonly pass: boolean
  readonly message: () => string
  readonly actual?: unknown
  readonly expected?: unknown
}

interface Outcome {
  readonly failed: boolean
  readonly value: unknown
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Waits for a promise or for the end of an iteration. */
async function settle(value: PromiseLike<unknown> | AsyncIterable<unknown>): Promise<Outcome> {
  try {
    if (!isThenable(value)) {
      for await (const _ of value) continue
      return { failed: false, value: undefined }
    }
    const resolved = await value
    return isAsyncIterable(resolved) ? await settle(resolved) : { failed: false, value: resolved }
  } catch (error) {
    return { failed: true, value: error }
  }
}

function attempt(received: unknown): Outcome | Promise<Outcome> {
  if (isThenable(received) || isAsyncIterable(received)) return settle(received)
  if (typeof received !== 'function') {
    throw new TypeError('toFailWith wants a promise, a function or an async iterable')
  }
  try {
    const value: unknown = received()
    if (isThenable(value) || isAsyncIterable(value)) return settle(value)
    return { failed: false, value }
  } catch (error) {
    return { failed: true, value: error }
  }
}

function nameOf(error: unknown): string {
  if (isOcishError(error)) return error.code
  return error instanceof Error ? error.name : 'something that is no error'
}

/** `expect(promise).toFailWith('CODE')`; registered by `vitest-setup.ts`. */
export function toFailWith(received: unknown, ...codes: readonly string[]): Verdict | Promise<Verdict> {
  const judge = (outcome: Outcome): Verdict => {
    const actual = outcome.failed ? nameOf(outcome.value) : undefined
    const expected = codes.length === 1 ? codes[0] : codes
    return {
      pass: actual !== undefined && codes.includes(actual),
      message: () =>
        actual === undefined
          ? `expected a failure with ${codes.join(' or ')}, but there was none: ${inspect(outcome.value)}`
          : `expected a failure with ${codes.join(' or ')}, got ${describeError(outcome.value)}`,
      actual,
      expected,
    }
  }
  const outcome = attempt(received)
  return outcome instanceof Promise ? outcome.then(judge) : judge(outcome)
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describeError(error.cause)}`
  return `${nameOf(error)}: ${error.message}\n${error.stack ?? ''}${cause}`
}

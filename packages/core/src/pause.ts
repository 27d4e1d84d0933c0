import { setTimeout as wait } from 'node:timers/promises'

/** Waits so many milliseconds. Rejects with the reason of `signal`, untouched. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    // Node rejects with an error of its own.
    signal?.throwIfAborted()
    throw error
  }
}

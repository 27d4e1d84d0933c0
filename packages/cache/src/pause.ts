import { setTimeout as delay } from 'node:timers/promises'

/** Waits between half and one and a half times as long, so that those who wait do not meet again. Rejects with the signal's reason. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds * (0.5 + Math.random()), undefined, { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

import { pause } from '@ocish/core'

/**
 * Waits between half and one and a half times so many milliseconds, so that those who wait do not meet again. Rejects
 * with the signal's reason.
 */
export function pauseAbout(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return pause(milliseconds * (0.5 + Math.random()), signal)
}

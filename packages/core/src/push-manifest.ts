import { hasCode } from '@ocish/sdk'
import { pause } from './pause.ts'
import type { Place, PushedManifest, PushManifestOptions } from './registry.ts'

/** With the waits between them 1.5 to 3 seconds: on a busy disk the registry's moment is that long. */
const attempts = 6
const firstWait = 50

/**
 * `pushManifest`, tried again when the registry misses a part: where two push one blob at the same time, CNCF
 * Distribution 2.8 has it away for a moment, as it empties the blob's link before it writes it again (seen with the
 * empty configuration, 2026-11). Errors: as `pushManifest`.
 */
export async function pushWhenComplete(
  { registry, repository }: Place,
  bytes: Uint8Array,
  options: PushManifestOptions,
): Promise<PushedManifest> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Each attempt waits for the one before.
      // eslint-disable-next-line no-await-in-loop
      return await registry.pushManifest(repository, bytes, options)
    } catch (error) {
      if (attempt >= attempts || !hasCode(error, 'MANIFEST_REFERS_TO_MISSING')) throw error
      // eslint-disable-next-line no-await-in-loop
      await pause(firstWait * 2 ** (attempt - 1) * (1 + Math.random()), options.signal)
    }
  }
}

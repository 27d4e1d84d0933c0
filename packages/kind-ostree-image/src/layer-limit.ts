import { OcishError } from '@ocish/sdk'

/** Fewer layers than these leave no room for packages beside what changes always and what comes later (ostree.md §16). */
const fewestLayers = 4

/** Holds `--max-layers` of a tree that is split to what packing can keep. Errors: USAGE_INVALID_VALUE. */
export function checkLayerLimit(limit: number): void {
  if (limit >= fewestLayers) return
  throw new OcishError(
    'USAGE_INVALID_VALUE',
    `--max-layers ${limit} is neither 1 nor at least ${fewestLayers}`,
    { hint: `Give 1, or a number from ${fewestLayers} on.` },
  )
}

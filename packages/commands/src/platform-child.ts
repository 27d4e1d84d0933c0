import { formatPlatform, hostPlatform, selectPlatform } from '@ocish/core'
import { type Descriptor, type IndexManifest, OcishError, type Platform } from '@ocish/sdk'

/**
 * The entry of an index for a platform; without one for this machine's, or the only entry.
 * Errors: PLATFORM_NOT_FOUND, naming what there is.
 */
export function childFor(index: IndexManifest, platform: Platform | undefined, name: string): Descriptor {
  const fitting = selectPlatform(index.manifests, platform ?? hostPlatform())
  if (fitting !== undefined) return fitting
  const [only, ...more] = index.manifests
  if (platform === undefined && only !== undefined && more.length === 0) return only
  const offered = index.manifests.flatMap((entry) =>
    entry.platform === undefined ? [] : [formatPlatform(entry.platform)],
  )
  const wanted = formatPlatform(platform ?? hostPlatform())
  throw new OcishError('PLATFORM_NOT_FOUND', `nothing for ${wanted} in ${name}`, {
    hint:
      offered.length === 0
        ? 'List the entries with tree.'
        : `Choose with --platform: ${[...new Set(offered)].join(', ')}.`,
    details: { platforms: offered },
  })
}

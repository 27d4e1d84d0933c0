import { type Descriptor, hasCode, tagFallback } from '@ocish/sdk'
import type { CallOptions, Place } from '../registry.ts'

/** A manifest that belongs to another one by the name of its tag alone. */
export interface TaggedReferrer {
  readonly tag: string
  readonly descriptor: Descriptor
}

/** What cosign before 3 hangs onto a manifest: signatures, attestations, SBOMs. */
const suffixes = ['sig', 'att', 'sbom']

/** Finds `sha256-<hex>.sig` and its like, one question for each. Errors: those of `statManifest`. */
export async function taggedReferrers(
  { registry, repository }: Place,
  subject: string,
  options?: CallOptions,
): Promise<readonly TaggedReferrer[]> {
  const found = await Promise.all(
    suffixes.map(async (suffix) => {
      const tag = `${tagFallback(subject)}.${suffix}`
      try {
        const { descriptor } = await registry.statManifest(repository, tag, options)
        return [{ tag, descriptor }]
      } catch (error) {
        if (hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) return []
        throw error
      }
    }),
  )
  return found.flat()
}

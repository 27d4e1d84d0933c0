import type { Finding } from '@ocish/sdk'
import type { Named } from './open-artifact.ts'

/**
 * A tag names one manifest. A layout's or an archive's `index.json` may hold it more than once all the same:
 * an error where the entries disagree, a warning where one only repeats the other.
 */
export async function* tagFindings(artifact: Named, signal: AbortSignal): AsyncGenerator<Finding, void> {
  const { registry, repository, reference, display } = artifact
  if (artifact.digest !== undefined) return
  const digests = (await registry.tagDigests?.(repository, reference, { signal })) ?? []
  if (digests.length < 2) return
  const named = [...new Set(digests)]
  const times = `the tag ${reference} is ${digests.length} times in the index of ${display}`
  yield {
    severity: named.length > 1 ? 'error' : 'warning',
    code: 'TAG_DUPLICATE',
    path: '',
    message: `${times}: ${named.join(', ')}`,
  }
}

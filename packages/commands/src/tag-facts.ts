import { parseManifest } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { artifactFacts } from './artifact-facts.ts'
import type { Services } from './services.ts'

/** The lazy columns of one row of type Tag; of something without tag and digest none. Errors: those of reading it. */
export async function tagFacts(reference: string, services: Services, signal: AbortSignal): Promise<Row> {
  const opened = await services.open(reference, 'read')
  if (opened.reference === undefined) return {}
  const { registry, repository } = opened
  const { bytes, descriptor } = await registry.openManifest(repository, opened.reference, { signal })
  const manifest = parseManifest(bytes, descriptor.mediaType)
  const facts = await artifactFacts(opened, manifest, services, { signal, created: true })
  const age = facts.created === undefined ? {} : { age: Date.now() - facts.created.getTime() }
  return { digest: descriptor.digest, mediaType: descriptor.mediaType, ...facts, ...age }
}

import { isOcishError, parseManifest } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { artifactFacts } from './artifact-facts.ts'
import { referrersOf } from './referrers-of.ts'
import type { Opened, Services } from './services.ts'

export interface TagFactsOptions {
  /** Also whether a signature refers to it, which says nothing of whose it is: one request more. */
  readonly signed?: boolean
}

/** The lazy columns of one row of type Tag; of something without tag and digest none. Errors: those of reading it. */
export async function tagFacts(
  reference: string,
  services: Services,
  signal: AbortSignal,
  { signed }: TagFactsOptions = {},
): Promise<Row> {
  const opened = await services.open(reference, 'read')
  if (opened.reference === undefined) return {}
  const { registry, repository } = opened
  const { bytes, descriptor } = await registry.openManifest(repository, opened.reference, { signal })
  const manifest = parseManifest(bytes, descriptor.mediaType)
  const facts = await artifactFacts(opened, manifest, services, { signal, created: true })
  const age = facts.created === undefined ? {} : { age: Date.now() - facts.created.getTime() }
  const { digest, mediaType } = descriptor
  const isSigned = signed === true ? await hasSignature(opened, digest, services, signal) : undefined
  return { digest, mediaType, ...facts, ...age, ...(isSigned === undefined ? {} : { signed: isSigned }) }
}

/** Undefined where the registry does not say what refers to it. */
async function hasSignature(
  opened: Opened,
  digest: string,
  services: Services,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    const kinds = services.kinds.list()
    for await (const { row } of referrersOf(opened, digest, { depth: 1, kinds, signal }))
      if (row['kind'] === 'signature') return true
    return false
  } catch (error) {
    if (!isOcishError(error)) throw error
    return undefined
  }
}

import type { Row } from '@ocish/shell'
import type { TagFactsOptions } from './tag-facts.ts'
import type { Services } from './services.ts'

/** What a Tag row has besides its name, for one of them (`tagFacts`); its code is loaded when it is asked for. */
export async function loadTagFacts(
  reference: string,
  services: Services,
  signal: AbortSignal,
  options: TagFactsOptions = {},
): Promise<Row> {
  const { tagFacts } = await import('./tag-facts.ts')
  return tagFacts(reference, services, signal, options)
}

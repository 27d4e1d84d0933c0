import type { ServeOptions } from '@ocish/commands'
import type { Holdings } from './holdings.ts'

export async function* serveRegistry(
  _options: ServeOptions,
  holdings: Holdings,
): AsyncGenerator<Record<string, unknown>, void> {
  await holdings.store()
}

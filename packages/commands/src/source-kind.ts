import { OcishError, type Source } from '@ocish/sdk'
import type { KindInfo, Services } from './services.ts'

/** `--as generic`: plain files, whatever a kind says. */
export const genericName = 'generic'

/**
 * The kind of a file or folder: `as`, else the one whose `sources` data fit; undefined when none does.
 * Errors: KIND_AMBIGUOUS (names the candidates), KIND_UNKNOWN.
 */
export async function sourceKind(
  source: Source,
  as: string | undefined,
  services: Services,
): Promise<KindInfo | undefined> {
  if (as === genericName) return undefined
  if (as !== undefined) return kindNamed(as, services)
  const candidates = await services.kinds.matchSource(source)
  if (candidates.length <= 1) return candidates[0]
  const names = candidates.map((kind) => kind.name)
  throw new OcishError('KIND_AMBIGUOUS', `${source.name} could be ${names.join(' or ')}`, {
    hint: `Say which with --as ${names[0]}.`,
    details: { kinds: names },
  })
}

/** Errors: KIND_UNKNOWN. */
function kindNamed(name: string, services: Services): KindInfo {
  const found = services.kinds.list().find((kind) => kind.name === name)
  if (found !== undefined) return found
  const names = services.kinds.list().map((kind) => kind.name)
  throw new OcishError('KIND_UNKNOWN', `no kind ${name}`, { hint: `There are: ${names.join(', ')}.` })
}

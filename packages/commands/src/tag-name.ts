import { OcishError } from '@ocish/sdk'

const grammar = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

/** Checks a tag that stands alone (distribution-spec, "Pulling manifests"). Errors: REFERENCE_INVALID. */
export function checkTag(tag: string): void {
  if (grammar.test(tag)) return
  const fault = tag.search(/[^A-Za-z0-9._-]/)
  const span = fault >= 0 ? { from: fault, to: fault + 1 } : { from: 0, to: tag.length }
  const nearest = tag
    .replaceAll('+', '_')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
  throw new OcishError('REFERENCE_INVALID', `${JSON.stringify(tag)} is not a tag`, {
    hint: `A tag has letters, digits, '_', '.' and '-', at most 128${nearest === '' ? '' : `: ${nearest}`}.`,
    details: { input: tag, span },
  })
}

import type { Site } from '@ocish/shell'
import type { Stage } from '../prompt/state.ts'

/** What a reference's word ends in: which list completes it. */
export type ReferenceStage = 'registry' | 'path' | 'tag' | 'digest' | 'file'

/** The type of what stands at a site, where a word of references or paths is wanted. */
export function wantedType(site: Site): string | undefined {
  if (site.kind === 'argument') return site.param?.type
  if (site.kind === 'flag-value') return site.flag.type
  return site.kind === 'file' ? 'path' : undefined
}

/** The list that completes a reference, and where it begins in the word. */
export function referenceStage(word: string, context: string): Stage & { readonly stage: ReferenceStage } {
  const inner = word.indexOf('//', schemeOf(word).length)
  if (inner >= 0) return { stage: 'file', ...split(word, Math.max(inner + 2, word.lastIndexOf('/') + 1)) }
  const at = word.indexOf('@')
  if (at >= 0) return { stage: 'digest', ...split(word, at + 1) }
  const slash = word.lastIndexOf('/')
  const colon = word.lastIndexOf(':')
  const port = slash < 0 && context === '' && /^(?:localhost|[^:]*\.[^:]*|\[.*\]):\d*$/.test(word)
  if (colon > slash && colon >= schemeOf(word).length && !port)
    return { stage: 'tag', ...split(word, colon + 1) }
  if (slash >= 0) return { stage: 'path', ...split(word, slash + 1) }
  return { stage: 'registry', base: '', word }
}

function split(word: string, at: number): Stage {
  return { base: word.slice(0, at), word: word.slice(at) }
}

function schemeOf(word: string): string {
  return /^(?:oci|tar|docker-archive|cache|docker):(?:\/\/)?/.exec(word)?.[0] ?? ''
}

/** A local path, by its form. */
export function isPathWord(word: string): boolean {
  return /^(?:\.{0,2}\/|~\/|\.{1,2}$)/.test(word)
}

/** The part of a site's word that one list completes. */
export function stageOf(site: Site, context: string): Stage {
  const type = wantedType(site)
  const { prefix } = site
  if (type === 'path' || ((type === 'ref' || type === 'location') && isPathWord(prefix))) {
    return split(prefix, prefix.lastIndexOf('/') + 1)
  }
  if (type === 'ref' || type === 'location') {
    const { base, word } = referenceStage(prefix, context)
    return { base, word }
  }
  return { base: '', word: prefix }
}

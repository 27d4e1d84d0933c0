import { looksLikeRegistry, OcishError, parseReference } from '@ocish/sdk'

/**
 * What a word stands for where both a file and a reference may be given (specs/runconfig.md §7, V1). The word alone
 * decides; nothing is looked up. Errors: REFERENCE_INVALID, DIGEST_INVALID, and LOCATION_INVALID for what is neither.
 */
export function detect(word: string): 'file' | 'reference' {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(word)?.[1]?.toLowerCase()
  if (scheme === 'file') return 'file'
  if (scheme !== undefined && scheme !== 'oci' && scheme !== 'docker') {
    throw new OcishError('LOCATION_INVALID', `${word}: a reference has no ${scheme}://`, {
      hint: `Leave out ${scheme}://.`,
    })
  }
  if (scheme === undefined && isPath(word)) return 'file'
  const [host = ''] = word.split('/')
  if (scheme === undefined && !(word.includes('/') && looksLikeRegistry(host))) throw neither(word)
  parseReference(word)
  return 'reference'
}

function isPath(word: string): boolean {
  if (word === '.' || word === '..') return true
  return /^(?:\/|\.{1,2}\/|~|\\\\|[A-Za-z]:[\\/])/.test(word) || /\.(?:json|ya?ml)$/i.test(word)
}

function neither(word: string): OcishError {
  const what = word === '' ? 'an empty word' : word
  return new OcishError('LOCATION_INVALID', `${what} is neither a file nor a reference with a host`, {
    hint: 'Write ./NAME for a file, or HOST/REPOSITORY:TAG for a reference.',
  })
}

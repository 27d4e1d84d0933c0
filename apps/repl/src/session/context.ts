import { looksLikeRegistry } from '@ocish/sdk'

/** Beginnings that are no relative reference. */
const scheme = /^(?:oci|tar|docker-archive|cache|docker|docker-daemon|containers-storage|https?):/

/** What names of a line are relative to: `ghcr.io/team`, or nothing. */
export interface ContextRules {
  readonly context: string
  /** First components that stand for something else (aliases of registries, schemes of kinds). */
  readonly names: ReadonlySet<string>
}

/** A name as it is meant inside the context; what is whole already stays as it is. */
export function inContext(text: string, { context, names }: ContextRules): string {
  if (context === '' || text === '' || text === '-' || scheme.test(text)) return text
  if (/^(?:\.{0,2}\/|~|\.{1,2}$)/.test(text)) return text
  // What follows // is a file inside, and says nothing about where the artifact is.
  const outer = text.split('//', 1)[0]!
  const slash = outer.indexOf('/')
  const head = slash < 0 ? outer : outer.slice(0, slash)
  if (names.has(head) || names.has(head.replace(/:.*$/s, ''))) return text
  // Without a slash, what follows a colon is a tag, unless the name can only be a host.
  const name = slash < 0 ? head.replace(/[:@].*$/s, '') : head
  if (slash < 0 ? isHost(name) : looksLikeRegistry(head)) return text
  return `${context}/${text}`
}

function isHost(name: string): boolean {
  return name === 'localhost' || name.startsWith('[') || (name.includes('.') && looksLikeRegistry(name))
}

/** Where `cd` goes: `..` up, `-` back, else a name. */
export function contextAfter(word: string, current: string, previous: string, rules: ContextRules): string {
  if (word === '' || word === '/') return ''
  if (word === '-') return previous
  const parts = word.split('/')
  let at = current
  let ups = 0
  while (parts[ups] === '..') {
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : ''
    ups += 1
  }
  const rest = parts.slice(ups).join('/').replace(/\/+$/, '')
  if (ups > 0) return rest === '' ? at : at === '' ? rest : `${at}/${rest}`
  return inContext(word.replace(/\/+$/, ''), rules)
}

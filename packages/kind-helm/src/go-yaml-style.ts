import { resolvePlain } from './go-scalar.ts'

const timestamp = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt\s])/
const sexagesimal = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?$/

/** Would go-yaml read this plain text as something that is no text? Then it writes double quotes. */
export function wouldBeRead(text: string): boolean {
  return resolvePlain(text).type !== 'text' || timestamp.test(text) || sexagesimal.test(text)
}

/** Characters that only double quotes can hold. */
export function needsDoubleQuotes(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the range is the point
  return /[^\n\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\u0085\u2028\u2029]/u.test(text)
}

/** libyaml's analysis: indicators, spaces at the edges and breaks keep text from being plain. */
export function isPlainAllowed(text: string): boolean {
  if (text === '' || text.includes('\n') || /^ | $/.test(text)) return false
  if (/^(?:---|\.\.\.)/.test(text)) return false
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[-?:](?: |$)/.test(text)) return false
  return !/: |:$| #/.test(text)
}

/** May it be a block? Not with spaces before a line end or at the end. */
export function isBlockAllowed(text: string): boolean {
  return !/ (?:\n|$)/.test(text)
}

/** Where a word ends: blanks, quotes and operators, and the separators inside references. */
const stop = /[\s/:@.\-='"|&;(){}<>$,]/
const blank = /\s/

/** The start of the word before `at`; references are walked part by part. */
export function wordBefore(text: string, at: number): number {
  return back(text, at, stop)
}

/** The end of the word after `at`. */
export function wordAfter(text: string, at: number): number {
  let to = at
  while (to < text.length && stop.test(text[to]!)) to += 1
  while (to < text.length && !stop.test(text[to]!)) to += 1
  return to
}

/** The start of what blanks delimit, before `at`. */
export function blankBefore(text: string, at: number): number {
  return back(text, at, blank)
}

function back(text: string, at: number, end: RegExp): number {
  let from = at
  while (from > 0 && end.test(text[from - 1]!)) from -= 1
  while (from > 0 && !end.test(text[from - 1]!)) from -= 1
  return from
}

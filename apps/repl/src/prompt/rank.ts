import type { Candidate } from './candidate.ts'

const shownAtMost = 5000

/** What is matched and shown. */
export function labelOf(candidate: Candidate, base: string): string {
  return (
    candidate.label ??
    (candidate.value.startsWith(base) ? candidate.value.slice(base.length) : candidate.value)
  )
}

/**
 * The candidates that fit, best first: beginning of the name, then of a part of it, then anywhere, then its letters in
 * order; within these, what was used often and lately, then the order they came in.
 */
export function rank(candidates: readonly Candidate[], word: string, base: string): readonly Candidate[] {
  const wanted = word.toLowerCase()
  const groups: Candidate[][] = [[], [], [], []]
  for (const candidate of candidates) {
    const group = wanted === '' ? 0 : fit(labelOf(candidate, base).toLowerCase(), wanted)
    if (group >= 0) groups[group]!.push(candidate)
  }
  const ranked = groups.flatMap((group) => (group.some(isWeighed) ? group.toSorted(byWeight) : group))
  return ranked.length > shownAtMost ? ranked.slice(0, shownAtMost) : ranked
}

function isWeighed(candidate: Candidate): boolean {
  return candidate.weight !== undefined && candidate.weight > 0
}

function byWeight(a: Candidate, b: Candidate): number {
  return (b.weight ?? 0) - (a.weight ?? 0)
}

const separator = /[/:@.\-_ ]/

/** 0 to 3, or -1 for none. */
function fit(label: string, wanted: string): number {
  const at = label.indexOf(wanted)
  if (at === 0) return 0
  for (let next = at; next > 0; next = label.indexOf(wanted, next + 1)) {
    if (separator.test(label[next - 1]!)) return 1
  }
  if (at > 0) return 2
  let found = 0
  for (const character of label) if (character === wanted[found]) found += 1
  return found === wanted.length ? 3 : -1
}

/** What all labels begin with. */
export function commonPrefix(labels: readonly string[]): string {
  let [prefix = ''] = labels
  for (const label of labels) {
    let size = 0
    while (size < prefix.length && prefix[size] === label[size]) size += 1
    prefix = prefix.slice(0, size)
  }
  // Half of a character is nobody's beginning.
  return /[\uD800-\uDBFF]$/.test(prefix) ? prefix.slice(0, -1) : prefix
}

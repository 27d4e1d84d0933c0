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
  if (wanted === '') groups[0] = candidates.slice(0)
  else {
    const labels = matchedLabels(candidates, base)
    for (let at = 0; at < labels.length; at += 1) {
      const group = fit(labels[at]!, wanted)
      if (group >= 0) groups[group]!.push(candidates[at]!)
    }
  }
  const ranked = groups.flatMap((group) => (group.some(isWeighed) ? group.toSorted(byWeight) : group))
  return ranked.length > shownAtMost ? ranked.slice(0, shownAtMost) : ranked
}

/** What is compared with the word, by list: a long one is walked with every key. */
const known = new WeakMap<
  readonly Candidate[],
  { readonly base: string; readonly labels: readonly string[] }
>()

function matchedLabels(candidates: readonly Candidate[], base: string): readonly string[] {
  const before = known.get(candidates)
  if (before?.base === base) return before.labels
  const labels = candidates.map((candidate) => labelOf(candidate, base).toLowerCase())
  known.set(candidates, { base, labels })
  return labels
}

function isWeighed(candidate: Candidate): boolean {
  return candidate.weight !== undefined && candidate.weight > 0
}

function byWeight(a: Candidate, b: Candidate): number {
  return (b.weight ?? 0) - (a.weight ?? 0)
}

const separators = '/:@.-_ '

/** 0 to 3, or -1 for none. */
function fit(label: string, wanted: string): number {
  const at = label.indexOf(wanted)
  if (at === 0) return 0
  for (let next = at; next > 0; next = label.indexOf(wanted, next + 1)) {
    if (separators.includes(label[next - 1]!)) return 1
  }
  if (at > 0) return 2
  let from = 0
  for (const character of wanted) {
    const found = label.indexOf(character, from)
    if (found < 0) return -1
    from = found + character.length
  }
  return 3
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

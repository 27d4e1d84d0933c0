/** Inputs longer than this are compared by prefix only: a suggestion is never worth quadratic time. */
const longest = 64

/**
 * Edit distance with transpositions of neighbours (optimal string alignment), case-insensitive;
 * stops counting above `limit` and answers `limit + 1`.
 */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  const left = a.toLowerCase()
  const right = b.toLowerCase()
  let before: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    let smallest = row
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      let cost = Math.min(
        previous[column]! + 1,
        current[column - 1]! + 1,
        previous[column - 1]! + (same ? 0 : 1),
      )
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1)
      current.push(cost)
      smallest = Math.min(smallest, cost)
    }
    if (smallest > limit) return limit + 1
    before = previous
    previous = current
  }
  return previous[right.length]!
}

/**
 * The names a person may have meant, best first: small edit distance, or one is the beginning of the other.
 * At most `count` (default 3); none when nothing is near.
 */
export function nearest(word: string, names: Iterable<string>, count = 3): string[] {
  if (word === '') return []
  const limit = word.length <= 3 ? 1 : word.length <= 7 ? 2 : 3
  const lower = word.toLowerCase()
  const found: { readonly name: string; readonly score: number }[] = []
  for (const name of new Set(names)) {
    const starts =
      name.toLowerCase().startsWith(lower) || (name.length > 2 && lower.startsWith(name.toLowerCase()))
    const edits = word.length > longest || name.length > longest ? limit + 1 : distance(word, name, limit)
    if (edits <= limit && edits < name.length) found.push({ name, score: edits })
    else if (starts) found.push({ name, score: limit + Math.abs(name.length - word.length) / 100 })
  }
  found.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
  return found.slice(0, count).map((entry) => entry.name)
}

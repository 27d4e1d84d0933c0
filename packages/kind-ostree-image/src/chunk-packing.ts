/** What belongs together in a tree: a package. */
export interface Component {
  /** Unique, as name and version. */
  readonly identifier: string
  readonly name: string
  /** How often it changes; the greatest number there is means: with every build. */
  readonly frequency: number
  /** Bytes of its contents. */
  readonly size: number
}

export type Bin = readonly Component[]

/** The frequency of what changes with every build. */
export const everyBuild: number = 2 ** 32 - 1

/**
 * Distributes components over at most `limit` layers as ostree-ext does, so that an update changes few of them
 * (ostree.md §16). The last bin is empty: it is for packages that come later.
 */
export function packComponents(components: readonly Component[], limit: number): readonly Bin[] {
  const sorted = components.toSorted((a, b) => b.size - a.size || (a.identifier < b.identifier ? -1 : 1))
  if (sorted.length === 0) return []
  if (sorted.length < limit) return [...sorted.map((one) => [one]), []]
  const always = sorted.filter(({ frequency }) => frequency === everyBuild)
  const rest = sorted.filter(({ frequency }) => frequency !== everyBuild)
  const reserved = always.length > 0 ? [always, []] : [[]]
  return [...packRest(rest, limit, limit - reserved.length, always.length > 0 ? 3 : 2), ...reserved]
}

function packRest(rest: readonly Component[], limit: number, room: number, fixed: number): readonly Bin[] {
  if (rest.length === 0) return []
  const highBins = Math.floor(Math.fround(Math.fround(0.6) * (limit - fixed)))
  const { high, medium, low } = bySize(rest)
  const middle = [...high.slice(highBins), ...medium].toSorted((a, b) => a.frequency - b.frequency)
  const alone = high.slice(0, highBins)
  const groups = grouped(middle)
  const mediumBins = Math.max(1, limit - highBins - fixed)
  const perBin = Math.max(1, Math.floor((rest.length - highBins - low.length) / mediumBins))
  const bins: Bin[] = [...alone.map((one) => [one]), ...(low.length > 0 ? [low] : [])]
  for (const group of groups)
    for (let at = 0; at < group.length; at += perBin) bins.push(group.slice(at, at + perBin))
  return merged(bins, highBins, Math.max(1, room))
}

function bySize(rest: readonly Component[]): {
  readonly high: Bin
  readonly medium: Bin
  readonly low: Bin
} {
  const sizes = rest.map(({ size }) => size)
  const middle = median(sizes)
  const deviation = median(sizes.map((size) => Math.abs(size - middle)))
  const lowest = 0.5 * Math.abs(middle - 2 * deviation)
  const highest = middle + 2 * deviation
  return {
    high: rest.filter(({ size }) => size >= highest),
    low: rest.filter(({ size }) => size < highest && size <= lowest),
    medium: rest.filter(({ size }) => size < highest && size > lowest),
  }
}

/** Components of like frequency and size, the groups in the order of their labels. */
function grouped(components: readonly Component[]): readonly Bin[] {
  const frequency = limitsOf(components.map((one) => one.frequency))
  const size = limitsOf(components.map((one) => one.size))
  const groups = new Map<string, Component[]>()
  for (const one of components) {
    const often = label(one.frequency, frequency, ['3hf', '4mf', '5lf'])
    const key = `${often}_${label(one.size, size, ['hs', 'ms', 'ls'])}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

function label(
  value: number,
  [low, high]: readonly [number, number],
  [h, m, l]: readonly [string, string, string],
): string {
  if (value >= high) return h
  return value <= low ? l : m
}

function limitsOf(values: readonly number[]): readonly [number, number] {
  const count = Math.max(1, values.length)
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count)
  return [0.5 * Math.abs(mean - 2 * deviation), mean + 2 * deviation]
}

/** Neighbours are joined until all fit; a joined bin lands one place later, as upstream has it. */
function merged(given: readonly Bin[], highBins: number, room: number): readonly Bin[] {
  const bins = [...given]
  while (bins.length > room) {
    const before = bins.length
    const last = bins.length - 2
    const start = last - ((((last - 1 - highBins) % 2) + 2) % 2)
    for (let at = start; at >= 1 + highBins && bins.length > room; at -= 2) {
      const [first = [], second = []] = bins.splice(at - 1, 2)
      bins.splice(at, 0, [...first, ...second])
    }
    // Too few are left for the pattern: the last two are joined.
    if (bins.length === before) bins.push(bins.splice(-2, 2).flat())
  }
  return bins
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/**
 * The distribution of an earlier build with what is there now: names keep their layer, new ones go to the last. Packed
 * anew when that gives too many layers. `prior`: names by layer, without the commit's own.
 */
export function repackComponents(
  components: readonly Component[],
  limit: number,
  prior: readonly (readonly string[])[],
): readonly Bin[] {
  const byName = new Map(components.map((one) => [one.name, one]))
  const known = new Set(prior.flat())
  const added = components.filter(({ name }) => !known.has(name))
  const bins = prior.map((names, index) => [
    ...names.map((name) => byName.get(name)).filter((one) => one !== undefined),
    ...(index === prior.length - 1 ? added : []),
  ])
  const kept = bins.filter((bin, index) => bin.length > 0 || index === bins.length - 1)
  return kept.length === 0 || kept.length > limit ? packComponents(components, limit) : kept
}

/** What a layer with these components is called in the history. */
export function binName(bin: Bin): string {
  if (bin.length === 0) return 'Reserved for new packages'
  return bin.length > 5 ? `${bin.length} components` : bin.map(({ identifier }) => identifier).join(' and ')
}

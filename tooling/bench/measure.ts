/** What one side of a pair costs in one run. */
export interface Sample {
  /** Milliseconds of wall time, the start of the process included. */
  readonly wall: number
  /** Peak resident set in MiB, where it could be read. */
  readonly memory?: number
}

export interface Side {
  readonly name: string
  run(): Promise<Sample>
  /** Not measured: puts things back for the next round. */
  reset?(): Promise<void>
}

export interface Measured {
  readonly name: string
  /** Median, ms. */
  readonly wall: number
  /** Half the distance between the quartiles, ms. */
  readonly spread: number
  /** Median, MiB. */
  readonly memory?: number
}

/** Runs all sides in turn, `rounds` times, so that a noisy neighbour disturbs each alike. The first round only warms up. */
export async function interleave(sides: readonly Side[], rounds: number): Promise<readonly Measured[]> {
  const samples = sides.map(() => [] as Sample[])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      await side.reset?.()
      const sample = await side.run()
      if (round > 0) samples[index]?.push(sample)
    }
  }
  return sides.map((side, index) => summarise(side.name, samples[index] ?? []))
}

function summarise(name: string, samples: readonly Sample[]): Measured {
  const walls = samples.map((sample) => sample.wall).toSorted((a, b) => a - b)
  const memories = samples.flatMap((sample) => sample.memory ?? []).toSorted((a, b) => a - b)
  const memory = quantile(memories, 0.5)
  return {
    name,
    wall: quantile(walls, 0.5) ?? Number.NaN,
    spread: ((quantile(walls, 0.75) ?? 0) - (quantile(walls, 0.25) ?? 0)) / 2,
    ...(memory === undefined ? {} : { memory }),
  }
}

function quantile(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}

/** A pair is noisy when the spreads are larger than the distance that would be claimed. */
export function isNoisy(a: Measured, b: Measured): boolean {
  return a.spread + b.spread > Math.abs(a.wall - b.wall)
}

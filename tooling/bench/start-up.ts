import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case, Environment, Row } from './case.ts'
import { interleave, isNoisy, type Measured, type Side } from './measure.ts'
import { runProcess } from './processes.ts'
import { startRegistry } from './registry.ts'

const floor: Side = { name: 'node -e 0', run: () => runProcess(process.execPath, ['-e', '0']) }

function program({ bin, env }: Environment, ...words: string[]): Side {
  return { name: `ocish ${words.join(' ')}`, run: () => runProcess(process.execPath, [bin, ...words], env) }
}

/** Milliseconds over the floor of the same Node, measured in turn with it. */
function overFloor(id: string, limit: number, base: Measured, side: Measured): Row {
  const value = side.wall - base.wall
  const noisy = isNoisy(base, side) && value > limit
  return {
    case: id,
    what: `${side.name} over ${base.name}`,
    value,
    unit: 'ms',
    target: `≤ ${limit}`,
    verdict: value <= limit ? 'holds' : noisy ? 'noisy' : 'missed',
    note: `${side.wall.toFixed(0)} ± ${side.spread.toFixed(0)} ms against ${base.wall.toFixed(0)} ± ${base.spread.toFixed(0)} ms`,
  }
}

export const start: Case = {
  id: 'P1',
  title: 'start of the program',
  async run(environment) {
    const sides = [
      floor,
      program(environment, '--version'),
      program(environment, 'help'),
      program(environment, '-c', 'help'),
    ]
    const [base, ...others] = await interleave(sides, environment.rounds)
    return base === undefined ? [] : others.map((side) => overFloor('P1', 20, base, side))
  },
}

export const resolve: Case = {
  id: 'P2',
  title: 'resolve on loopback',
  async run(environment) {
    await using registry = await startRegistry(environment, join(environment.work, 'p2'))
    const file = join(environment.work, 'p2.txt')
    await writeFile(file, 'bench')
    const reference = `${registry.address}/bench/p2:1`
    await runProcess(process.execPath, [environment.bin, 'push', file, reference], environment.env)
    const sides = [floor, program(environment, 'resolve', reference)]
    const [base, side] = await interleave(sides, environment.rounds)
    return base === undefined || side === undefined ? [] : [overFloor('P2', 60, base, side)]
  },
}

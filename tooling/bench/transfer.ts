import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dockerRegistry } from '@ocish/testing'
import { atMost, type Case, type Environment, type Row } from './case.ts'
import { writeImage } from './image.ts'
import { interleave, isNoisy, type Measured, type Side } from './measure.ts'
import { floorOfLarge, floorOfMany } from './floor.ts'
import { peer, peersFound, type Places } from './peers.ts'
import { ocish } from './processes.ts'
import { slowProxy } from './slow-proxy.ts'

const MiB = 2 ** 20

function ourSide(environment: Environment, places: () => Places): Side {
  return {
    name: 'ocish',
    run: () => {
      const { from, to } = places()
      return ocish(environment, 'cp', '--no-cache', from, to)
    },
  }
}

interface Targets {
  /** Of skopeo's time, and of the best of the other peers that are there. */
  readonly skopeo: number
  readonly best: number
}

interface What {
  readonly id: string
  readonly what: string
  readonly targets: Targets
  readonly isLarge: boolean
}

/** A row for skopeo, one for the best of the others, each beside the floor where there is one, and one for the memory of a large blob. */
function rows({ id, what, targets, isLarge }: What, { ours, floor, peers }: Times): readonly Row[] {
  const memory = isLarge ? [atMost('P8', `${what}: peak`, ours.memory ?? Number.NaN, 110, 'MiB')] : []
  const others = peers.filter(({ name }) => name !== 'skopeo').toSorted((a, b) => a.wall - b.wall)
  const debian = peers.filter(({ name }) => name === 'skopeo')
  return [
    ...debian.map((one) => ratio(id, what, targets.skopeo, { ours, floor, one })),
    ...others.slice(0, 1).map((one) => ratio(id, what, targets.best, { ours, floor, one })),
    ...memory,
  ]
}

function ratio(
  id: string,
  what: string,
  target: number,
  { ours, floor, one }: { ours: Measured; floor: Measured | undefined; one: Measured },
): Row {
  const value = ours.wall / one.wall
  const least = floor === undefined ? 0 : floor.wall / one.wall
  const missed = least > target ? 'floor' : 'missed'
  const verdict = value > target ? missed : isNoisy(ours, one) ? 'noisy' : 'holds'
  const beside = floor === undefined ? '' : `; ${floor.name} ${shown(floor)}, ${least.toFixed(2)} x`
  const note = `${shown(ours)} against ${shown(one)}${beside}`
  return {
    case: id,
    what: `${what}, of ${one.name}'s`,
    value,
    unit: 'x',
    target: `≤ ${target}`,
    verdict,
    note,
  }
}

function shown({ wall, spread }: Measured): string {
  return `${wall.toFixed(0)} ± ${spread.toFixed(0)} ms`
}

type Direction = 'registry → layout' | 'layout → registry' | 'registry → registry'

interface Times {
  readonly ours: Measured
  readonly floor: Measured | undefined
  readonly peers: readonly Measured[]
}

/** Copies `layers` × `size` in one direction, ours and the peers' in turn, each round to a place that is new. */
async function measure(
  environment: Environment,
  direction: Direction,
  image: { readonly layers: number; readonly size: number; readonly delay: number },
): Promise<Times> {
  const work = join(environment.work, `transfer-${image.layers}-${image.size}-${image.delay}`)
  const layout = join(work, 'source')
  await writeImage(layout, image.layers, image.size, 1)
  await using source = await dockerRegistry()
  await using slowSource = await slowProxy(source.host, image.delay)
  await ocish(environment, 'cp', `oci:${layout}:1`, `${source.host}/bench/image:1`)
  let round = 0
  const address = image.delay > 0 ? slowSource.address : source.host
  const places = (name: string) => (): Places => {
    round += 1
    const from = direction.startsWith('registry') ? `${address}/bench/image:1` : `oci:${layout}:1`
    const to = direction.endsWith('layout')
      ? `oci:${join(work, name)}:1`
      : `${image.delay > 0 ? target.address : fresh.host}/bench/${name}${round}:1`
    return { from, to }
  }
  let fresh = await dockerRegistry()
  let target = await slowProxy(fresh.host, image.delay)
  // Another registry each time: where one has the blob already, skopeo mounts it.
  const reset = (name: string) => async (): Promise<void> => {
    await rm(join(work, name), { recursive: true, force: true })
    if (direction.endsWith('layout')) return
    await target[Symbol.asyncDispose]()
    await fresh[Symbol.asyncDispose]()
    fresh = await dockerRegistry()
    target = await slowProxy(fresh.host, image.delay)
  }
  const sides: Side[] = [{ ...ourSide(environment, places('ocish')), reset: reset('ocish') }]
  for (const name of peersFound()) sides.push({ ...peer(name, places(name)), reset: reset(name) })
  const floor =
    image.layers === 1
      ? await floorOfLarge(layout, places('floor'))
      : floorOfMany(image.delay > 0 ? 16 : 8, places('floor'))
  if (floor !== undefined) sides.push({ ...floor, reset: reset('floor') })
  const [ours, ...others] = await interleave(sides, Math.min(environment.rounds, 5))
  await target[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
  if (ours === undefined) throw new Error('nothing was measured')
  return {
    ours,
    floor: others.find(({ name }) => name === floor?.name),
    peers: others.filter(({ name }) => name !== floor?.name),
  }
}

const large = { layers: 1, size: 200 * MiB, delay: 0 }
const many = { layers: 60, size: MiB, delay: 0 }

const few = { layers: 5, size: 65_536, delay: 20 }

function transferCase(id: string, direction: Direction, image: typeof large, targets: Targets): Case {
  const size = image.size < MiB ? `${image.size / 1024} KiB` : `${image.size / MiB} MiB`
  const what = `${image.layers} × ${size} ${direction}${image.delay > 0 ? `, +${image.delay} ms a request` : ''}`
  return {
    id,
    title: what,
    run: async (environment) =>
      rows({ id, what, targets, isLarge: image === large }, await measure(environment, direction, image)),
  }
}

export const transfers: readonly Case[] = [
  transferCase('P5', 'registry → layout', large, { skopeo: 0.37, best: 0.9 }),
  transferCase('P6', 'layout → registry', large, { skopeo: 0.38, best: 1.1 }),
  transferCase('P7', 'registry → registry', large, { skopeo: 0.37, best: 1.1 }),
  transferCase('P9', 'registry → registry', many, { skopeo: 0.6, best: 1.2 }),
  transferCase('P9', 'registry → layout', many, { skopeo: 0.6, best: 1.2 }),
  transferCase('P10', 'registry → registry', { ...many, delay: 20 }, { skopeo: 0.4, best: 0.4 }),
  transferCase('P10', 'registry → registry', few, { skopeo: 0.4, best: 1 }),
]

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dockerRegistry } from '@ocish/testing'
import { atMost, type Case, type Environment, type Row } from './case.ts'
import { writeImage } from './image.ts'
import { interleave, isNoisy, type Measured, type Side } from './measure.ts'
import { floorOf } from './floor.ts'
import { findProgram, ocish, runProcess } from './processes.ts'
import { slowProxy } from './slow-proxy.ts'

const MiB = 2 ** 20

interface Places {
  /** `docker://…` or `oci:…` for skopeo, the same without the transport for ocish. */
  readonly from: string
  readonly to: string
}

function ourSide(environment: Environment, places: () => Places): Side {
  return {
    name: 'ocish',
    run: () => {
      const { from, to } = places()
      return ocish(environment, 'cp', '--no-cache', from, to)
    },
  }
}

function skopeo(program: string, places: () => Places): Side {
  const transport = (place: string): string => (place.startsWith('oci:') ? place : `docker://${place}`)
  const flags = [
    '--insecure-policy',
    'copy',
    '-q',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    '--preserve-digests',
  ]
  return {
    name: 'skopeo',
    run: () => {
      const { from, to } = places()
      return runProcess(program, [...flags, transport(from), transport(to)])
    },
  }
}

/** One row for the ratio to the peer, beside the floor where there is one, and for a large blob one for memory. */
function rows(
  { id, what, target, isLarge }: { id: string; what: string; target: number; isLarge: boolean },
  [ours, peer, floor]: readonly Measured[],
): readonly Row[] {
  if (ours === undefined) return []
  const memory = isLarge ? [atMost('P8', `${what}: peak`, ours.memory ?? Number.NaN, 110, 'MiB')] : []
  if (peer === undefined) return memory
  const value = ours.wall / peer.wall
  const least = floor === undefined ? 0 : floor.wall / peer.wall
  const missed = least > target ? 'floor' : 'missed'
  const verdict = value > target ? missed : isNoisy(ours, peer) ? 'noisy' : 'holds'
  const beside = floor === undefined ? '' : `; curl alone ${shown(floor)}, ${least.toFixed(2)} x`
  const note = `${shown(ours)} against ${shown(peer)}${beside}`
  return [
    { case: id, what: `${what}, of skopeo's`, value, unit: 'x', target: `≤ ${target}`, verdict, note },
    ...memory,
  ]
}

function shown({ wall, spread }: Measured): string {
  return `${wall.toFixed(0)} ± ${spread.toFixed(0)} ms`
}

type Direction = 'registry → layout' | 'layout → registry' | 'registry → registry'

/** Copies `layers` × `size` in one direction, ours and skopeo's in turn, each round to a place that is new. */
async function measure(
  environment: Environment,
  direction: Direction,
  image: { readonly layers: number; readonly size: number; readonly delay: number },
): Promise<readonly Measured[]> {
  const work = join(environment.work, `transfer-${image.layers}-${image.size}-${image.delay}`)
  const layout = join(work, 'source')
  await writeImage(layout, image.layers, image.size, 1)
  await using source = await dockerRegistry()
  await using slowSource = await slowProxy(source.host, image.delay)
  await ocish(environment, 'cp', `oci:${layout}:1`, `${source.host}/bench/image:1`)
  const program = findProgram('skopeo')
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
  if (program !== undefined) sides.push({ ...skopeo(program, places('skopeo')), reset: reset('skopeo') })
  const floor = image.layers === 1 ? await floorOf(layout, places('floor')) : undefined
  if (floor !== undefined) sides.push({ ...floor, reset: reset('floor') })
  const measured = await interleave(sides, Math.min(environment.rounds, 5))
  await target[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
  return measured
}

const large = { layers: 1, size: 200 * MiB, delay: 0 }
const many = { layers: 60, size: MiB, delay: 0 }

const few = { layers: 5, size: 65_536, delay: 20 }

function transferCase(id: string, direction: Direction, image: typeof large, target: number): Case {
  const size = image.size < MiB ? `${image.size / 1024} KiB` : `${image.size / MiB} MiB`
  const what = `${image.layers} × ${size} ${direction}${image.delay > 0 ? `, +${image.delay} ms a request` : ''}`
  return {
    id,
    title: what,
    run: async (environment) =>
      rows({ id, what, target, isLarge: image === large }, await measure(environment, direction, image)),
  }
}

export const transfers: readonly Case[] = [
  transferCase('P5', 'registry → layout', large, 0.37),
  transferCase('P6', 'layout → registry', large, 0.38),
  transferCase('P7', 'registry → registry', large, 0.37),
  transferCase('P9', 'registry → registry', many, 0.6),
  transferCase('P9', 'registry → layout', many, 0.6),
  transferCase('P10', 'registry → registry', { ...many, delay: 20 }, 0.4),
  transferCase('P10', 'registry → registry', few, 0.4),
]

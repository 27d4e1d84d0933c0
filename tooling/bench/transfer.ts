import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dockerRegistry } from '@ocish/testing'
import type { Case, Environment, Row } from './case.ts'
import { writeImage } from './image.ts'
import { interleave, isNoisy, type Measured, type Sample, type Side } from './measure.ts'
import { findProgram, runProcess } from './processes.ts'
import { slowProxy } from './slow-proxy.ts'

const MiB = 2 ** 20

interface Places {
  /** `docker://…` or `oci:…` for skopeo, the same without the transport for ocish. */
  readonly from: string
  readonly to: string
}

function ocish(environment: Environment, places: () => Places): Side {
  return {
    name: 'ocish',
    run: () => {
      const { from, to } = places()
      return runProcess(process.execPath, [environment.bin, 'cp', '--no-cache', from, to], environment.env)
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

/** One row for the ratio to the peer and one for memory. */
function rows(id: string, what: string, target: number, [ours, peer]: readonly Measured[]): readonly Row[] {
  if (ours === undefined) return []
  const memory: Row = {
    case: id,
    what: `${what}: peak memory`,
    value: ours.memory ?? Number.NaN,
    unit: 'MiB',
    target: '≤ 110',
    verdict: (ours.memory ?? 0) <= 110 ? 'holds' : 'missed',
  }
  if (peer === undefined) return [memory]
  const value = ours.wall / peer.wall
  const verdict = value <= target ? (isNoisy(ours, peer) ? 'noisy' : 'holds') : 'missed'
  const note = `${ours.wall.toFixed(0)} ± ${ours.spread.toFixed(0)} ms against ${peer.wall.toFixed(0)} ± ${peer.spread.toFixed(0)} ms`
  return [
    { case: id, what: `${what}: wall, of skopeo's`, value, unit: 'x', target: `≤ ${target}`, verdict, note },
    memory,
  ]
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
  await runProcess(
    process.execPath,
    [environment.bin, 'cp', `oci:${layout}:1`, `${source.host}/bench/image:1`],
    environment.env,
  )
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
  const sides: Side[] = [{ ...ocish(environment, places('ocish')), reset: reset('ocish') }]
  if (program !== undefined) sides.push({ ...skopeo(program, places('skopeo')), reset: reset('skopeo') })
  const measured = await interleave(sides, Math.min(environment.rounds, 5))
  await target[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
  return measured
}

const large = { layers: 1, size: 200 * MiB, delay: 0 }
const many = { layers: 60, size: MiB, delay: 0 }

function transferCase(id: string, direction: Direction, image: typeof large, target: number): Case {
  const what = `${image.layers} × ${image.size / MiB} MiB ${direction}${image.delay > 0 ? `, +${image.delay} ms a request` : ''}`
  return {
    id,
    title: what,
    run: async (environment) => rows(id, what, target, await measure(environment, direction, image)),
  }
}

export const transfers: readonly Case[] = [
  transferCase('P5', 'registry → layout', large, 0.37),
  transferCase('P6', 'layout → registry', large, 0.38),
  transferCase('P7', 'registry → registry', large, 0.37),
  transferCase('P9', 'registry → registry', many, 0.6),
  transferCase('P9', 'registry → layout', many, 0.6),
  transferCase('P10', 'registry → registry', { ...many, delay: 20 }, 0.4),
]

/** Requests of a copy, seen by a counting proxy before each side. */
export const requests: Case = {
  id: 'P19',
  title: 'requests of a copy',
  async run(environment) {
    const layout = join(environment.work, 'requests')
    await writeImage(layout, 60, 1024, 2)
    await using registry = await dockerRegistry()
    await using proxy = await slowProxy(registry.host, 0)
    const run = (...words: string[]): Promise<Sample> =>
      runProcess(process.execPath, [environment.bin, ...words], environment.env)
    await run('cp', `oci:${layout}:1`, `${registry.host}/bench/counted:1`)
    const count = async (id: string, what: string, limit: number, ...words: string[]): Promise<Row> => {
      proxy.reset()
      await run(...words)
      const value = proxy.requests.length
      return {
        case: id,
        what,
        value,
        unit: 'requests',
        target: `≤ ${limit}`,
        verdict: value <= limit ? 'holds' : 'missed',
      }
    }
    await using other = await dockerRegistry()
    await using fresh = await slowProxy(other.host, 0)
    const cold = await count(
      'P19',
      '60 layers, source side',
      63,
      'cp',
      '--no-cache',
      `${proxy.address}/bench/counted:1`,
      `${fresh.address}/b/c:1`,
    )
    const both: Row = {
      ...cold,
      what: '60 layers, both sides',
      value: cold.value + fresh.requests.length,
      target: '≤ 247',
    }
    const again = await count(
      'P11',
      'copy of what is there, source side',
      1,
      'cp',
      '--no-cache',
      `${proxy.address}/bench/counted:1`,
      `${fresh.address}/b/c:1`,
    )
    const mount = await count(
      'P12',
      'cross-repository copy, one layer more than its config',
      247,
      'cp',
      '--no-cache',
      `${proxy.address}/bench/counted:1`,
      `${proxy.address}/bench/mounted:1`,
    )
    return [cold, { ...both, verdict: both.value <= 247 ? 'holds' : 'missed' }, again, mount]
  },
}

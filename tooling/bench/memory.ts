import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dockerRegistry } from '@ocish/testing'
import { atMost, type Case, type Environment, type Row } from './case.ts'
import { generatedRegistry } from './generated.ts'
import { writeImage } from './image.ts'
import { ocish } from './processes.ts'

const MiB = 2 ** 20

async function peak(environment: Environment, ...words: string[]): Promise<number> {
  return (await ocish(environment, ...words)).memory ?? Number.NaN
}

async function fourAtOnce(environment: Environment): Promise<readonly Row[]> {
  const layout = join(environment.work, 'four')
  await writeImage(layout, 4, 200 * MiB, 8)
  await using source = await dockerRegistry()
  await using target = await dockerRegistry()
  const from = `${source.host}/bench/four:1`
  const to = join(environment.work, 'four-copy')
  const up = await peak(environment, 'cp', '--no-cache', `oci:${layout}:1`, from)
  const down = await peak(environment, 'cp', '--no-cache', from, `oci:${to}:1`)
  const across = await peak(environment, 'cp', '--no-cache', from, `${target.host}/bench/four:1`)
  await Promise.all([layout, to].map((folder) => rm(folder, { recursive: true })))
  return [
    atMost('P8', '4 × 200 MiB at once, registry → layout: peak', down, 140, 'MiB'),
    atMost('P8', '4 × 200 MiB at once, layout → registry: peak', up, 140, 'MiB'),
    atMost('P8', '4 × 200 MiB at once, registry → registry: peak', across, 140, 'MiB'),
  ]
}

/** A blob of so many MiB from a generator to nowhere. */
async function passing(environment: Environment, size: number): Promise<number> {
  await using registry = await generatedRegistry({ layer: size })
  const from = `${registry.address}/generated/image:1`
  return await peak(
    environment,
    'cp',
    '--no-cache',
    from,
    `localhost:${registry.address.split(':')[1]}/sink/image:1`,
  )
}

async function growing(environment: Environment): Promise<readonly Row[]> {
  const small = await passing(environment, 200)
  const sizes = environment.isLarge ? [2, 10] : [2]
  const rows: Row[] = []
  for (const size of sizes) {
    const large = await passing(environment, size * 1024)
    const note = `${large.toFixed(0)} MiB against ${small.toFixed(0)} MiB`
    rows.push(atMost('P8', `peak of ${size} GiB, of that of 200 MiB`, large / small, 1.1, 'x', note))
  }
  return rows
}

export const memory: Case = {
  id: 'P8',
  title: 'peak memory',
  run: async (environment) => [...(await fourAtOnce(environment)), ...(await growing(environment))],
}

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dockerRegistry } from '@ocish/testing'
import { writeFiles } from './artifacts.ts'
import { atMost, type Case, type Environment, type Row } from './case.ts'
import { generatedRegistry } from './generated.ts'
import { writeImage } from './image.ts'
import { interleave, type Measured, type Side } from './measure.ts'
import { ocish, runProcess } from './processes.ts'

/** Ten times the work may take ten times the time over the start of the program, and a fifth for what is not linear on a machine. */
const mostTime = 12
const mostMemory = 1.25
/**
 * V8 enlarges its young generation, up to 64 MiB, by what has passed through it, whether or not any of it is kept: ten
 * times the names are 25 MiB more at the peak with the same heap after each collection. With one size for all sides,
 * what is kept shows. (`--max-old-space-size` finds it, too: 100,000 repositories are listed with 14 MiB.)
 */
const sameYoung = '--max-semi-space-size=2'

function rows(what: string, [start, once, tenfold]: readonly Measured[]): readonly Row[] {
  if (start === undefined || once === undefined || tenfold === undefined) return []
  const time = (tenfold.wall - start.wall) / Math.max(1, once.wall - start.wall)
  const memory = (tenfold.memory ?? Number.NaN) / (once.memory ?? Number.NaN)
  const times = `${once.wall.toFixed(0)} and ${tenfold.wall.toFixed(0)} ms, start ${start.wall.toFixed(0)} ms`
  const sizes = `${once.memory?.toFixed(0)} and ${tenfold.memory?.toFixed(0)} MiB`
  return [
    atMost('P18', `10 × the ${what}: time`, time, mostTime, 'x', times),
    atMost('P18', `10 × the ${what}: memory`, memory, mostMemory, 'x', sizes),
  ]
}

/** `out` is away before each run. */
async function compare(
  environment: Environment,
  what: string,
  words: (factor: 1 | 10, out: string) => readonly string[],
): Promise<readonly Row[]> {
  const out = join(environment.work, 'growth-out')
  const reset = (): Promise<void> => rm(out, { recursive: true, force: true })
  const side = (name: string, line: readonly string[]): Side => ({
    name,
    reset,
    run: () => runProcess(process.execPath, [sameYoung, environment.bin, ...line], environment.env),
  })
  const sides = [side('start', ['--version']), side('once', words(1, out)), side('tenfold', words(10, out))]
  return rows(what, await interleave(sides, Math.min(environment.rounds, 3)))
}

async function layers(environment: Environment): Promise<readonly Row[]> {
  await using registry = await dockerRegistry()
  const reference = (factor: number): string => `${registry.host}/bench/layers-${factor}:1`
  for (const factor of [1, 10]) {
    const folder = join(environment.work, `layers-${factor}`)
    await writeImage(folder, 60 * factor, 16_384, 100 + factor)
    await ocish(environment, 'cp', '--no-cache', `oci:${folder}:1`, reference(factor))
  }
  return await compare(environment, 'layers (60)', (factor, out) => {
    return ['cp', '--no-cache', reference(factor), `oci:${out}:1`]
  })
}

async function names(environment: Environment): Promise<readonly Row[]> {
  await using few = await generatedRegistry({ names: 10_000 })
  await using many = await generatedRegistry({ names: 100_000 })
  const of = (factor: 1 | 10): string => (factor === 1 ? few : many).address
  return [
    ...(await compare(environment, 'tags (10,000)', (factor) => [
      'tags',
      '--no-cache',
      `${of(factor)}/generated/tags`,
    ])),
    ...(await compare(environment, 'repositories (10,000)', (factor) => ['ls', '--no-cache', of(factor)])),
  ]
}

/** With fewer the buffers of reading, compression and hashing are not all in use at the end, and would count as growth. */
const fewFiles = 5000

async function files(environment: Environment): Promise<readonly Row[]> {
  const folder = (factor: number): string => join(environment.work, `files-${factor}`)
  for (const factor of [1, 10]) await writeFiles(folder(factor), fewFiles * factor)
  return await compare(environment, 'files (5,000)', (factor, out) => [
    'push',
    folder(factor),
    `oci:${out}:1`,
  ])
}

export const growth: Case = {
  id: 'P18',
  title: 'cost as work grows',
  run: async (environment) => [
    ...(await layers(environment)),
    ...(await names(environment)),
    ...(await files(environment)),
  ],
}

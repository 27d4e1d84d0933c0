/** `pnpm bench [--only P1] [--json] [--rounds N] [--bin FILE]`: each target of docs/performance.md beside what this machine measures. */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Case, Environment, Row } from './case.ts'
import { ostreeBuild } from './ostree.ts'
import { firstPrompt, keyToPaint } from './session.ts'
import { resolve, start } from './start-up.ts'
import { requests, transfers } from './transfer.ts'

const cases: readonly Case[] = [start, resolve, firstPrompt, keyToPaint, ...transfers, requests, ostreeBuild]

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '15' },
    bin: { type: 'string' },
  },
})

function print(row: Row): void {
  const mark = { holds: '✓', missed: '✗', noisy: '~', info: ' ' }[row.verdict]
  const value = `${row.value.toFixed(row.unit === 'x' ? 2 : 1)} ${row.unit}`
  console.log(
    `${mark} ${row.case.padEnd(4)} ${row.what.padEnd(44)} ${value.padStart(12)}  target ${row.target.padEnd(8)} ${row.note ?? ''}`,
  )
}

const work = await mkdtemp(join(tmpdir(), 'ocish-bench-'))
const environment: Environment = {
  bin: values.bin ?? join(import.meta.dirname, '../../apps/cli/dist/bin.mjs'),
  work,
  rounds: Number(values.rounds),
  env: {
    ...process.env,
    DOCKER_CONFIG: join(work, 'docker'),
    XDG_CONFIG_HOME: join(work, 'config'),
    XDG_DATA_HOME: join(work, 'data'),
    XDG_CACHE_HOME: join(work, 'cache'),
    XDG_STATE_HOME: join(work, 'state'),
  },
}
try {
  if (values.json !== true)
    console.log(`node ${process.version}, ${cpus().length} cores, ${values.rounds} rounds, medians`)
  for (const one of cases.filter(({ id }) => values.only === undefined || id === values.only)) {
    for (const row of await one.run(environment)) {
      if (values.json === true) console.log(JSON.stringify(row))
      else print(row)
      if (row.verdict === 'missed') process.exitCode = 1
    }
  }
} finally {
  await rm(work, { recursive: true, force: true })
}

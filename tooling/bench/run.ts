/**
 * `pnpm bench [--only CASE,…] [--json] [--markdown] [--rounds N] [--bin FILE] [--large]`: each target of performance.md beside
 * what this machine measures. A case is a file that exports a `Case`, and an entry in `cases` below. `--markdown` writes
 * the table of the README; `--large` adds what takes minutes.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { artifactRequests, folders } from './artifacts.ts'
import type { Case, Environment, Row } from './case.ts'
import { growth } from './growth.ts'
import { lists, pages } from './lists.ts'
import { memory } from './memory.ts'
import { ostreeBuild } from './ostree.ts'
import { ostreeMemory } from './ostree-memory.ts'
import { commandLine } from './command-line.ts'
import { endProcesses, findProgram } from './processes.ts'
import { legend, line, writeTable } from './report.ts'
import { copyRequests } from './requests.ts'
import { resumes } from './resume.ts'
import { firstPrompt, keyToPaint } from './session.ts'
import { resolve, start } from './start-up.ts'
import { transfers } from './transfer.ts'

const cases: readonly Case[] = [
  start,
  resolve,
  firstPrompt,
  keyToPaint,
  ...transfers,
  memory,
  folders,
  lists,
  ostreeBuild,
  ostreeMemory,
  resumes,
  growth,
  copyRequests,
  artifactRequests,
  pages,
]

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    large: { type: 'boolean' },
    rounds: { type: 'string', default: '15' },
    bin: { type: 'string' },
  },
})

/** The first line that a program says about its version. */
function versionOf(name: string): readonly string[] {
  if (findProgram(name) === undefined) return []
  try {
    const said = execFileSync(name, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).split('\n')[0] ?? ''
    return [said.startsWith(name) ? said : `${name} ${said}`]
  } catch {
    return [name]
  }
}

const machine = [
  `node ${process.version}`,
  `${cpus().length} cores`,
  ...['skopeo', 'docker-registry', 'umoci', 'oras', 'crane', 'regctl'].flatMap(versionOf),
  `${values.rounds} rounds (5 at most for transfers), medians`,
].join(', ')

const work = await mkdtemp(join(tmpdir(), 'ocish-bench-'))
const environment: Environment = {
  bin: values.bin ?? join(import.meta.dirname, '../../apps/cli/dist/bin.mjs'),
  work,
  rounds: Number(values.rounds),
  isLarge: values.large === true,
  env: {
    ...process.env,
    DOCKER_CONFIG: join(work, 'docker'),
    XDG_CONFIG_HOME: join(work, 'config'),
    XDG_DATA_HOME: join(work, 'data'),
    XDG_CACHE_HOME: join(work, 'cache'),
    XDG_STATE_HOME: join(work, 'state'),
  },
}
/** Seconds that a case may take; without an end one would keep the others from being measured. */
const longest = environment.isLarge ? 1800 : 600

/** The rows of a case, or one that says why there are none: the next case is run in any event. */
async function rowsOf(one: Case): Promise<readonly Row[]> {
  const { id, title } = one
  const over = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    over.reject(new Error(`not done after ${longest} s`))
    endProcesses()
  }, longest * 1000)
  try {
    const rows = one.run(environment)
    // What comes after the end counts no more.
    rows.catch(() => undefined)
    return await Promise.race([rows, over.promise])
  } catch (error) {
    const note = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return [{ case: id, what: title, value: Number.NaN, unit: '', target: '', verdict: 'missed', note }]
  } finally {
    clearTimeout(timer)
  }
}

const only = values.only?.split(',')
const rows: Row[] = []
try {
  if (values.json !== true) console.log(`${machine}\n${legend}`)
  for (const one of cases.filter(({ id }) => only === undefined || only.includes(id))) {
    for (const row of await rowsOf(one)) {
      rows.push(row)
      console.log(values.json === true ? JSON.stringify(row) : line(row))
      if (row.verdict === 'missed') process.exitCode = 1
    }
  }
  if (values.markdown === true) {
    const caption = `Made by \`${commandLine(process.argv.slice(2))}\` (${machine}). ${legend}.`
    await writeTable(join(import.meta.dirname, '../../README.md'), rows, caption)
  }
} finally {
  await rm(work, { recursive: true, force: true })
}

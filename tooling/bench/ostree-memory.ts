import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { atMost, type Case, type Environment, type Row } from './case.ts'
import { findProgram, ocish, runProcess } from './processes.ts'

const MiB = 2 ** 20
const fileSize = 32 * MiB
const ref = 'bench/x86_64/large'

/** A repository of mode archive whose commit has so many GiB: files with holes, each with a beginning of its own. */
async function makeRepository(work: string, size: number): Promise<string> {
  const repo = join(work, 'large-repo')
  const tree = join(work, 'large-tree')
  await mkdir(tree)
  for (let seed = 0; seed * fileSize < size * 1024 * MiB; seed += 1) {
    await using file = await open(join(tree, `file-${seed}`), 'w')
    await file.write(`file ${seed}\n`)
    await file.truncate(fileSize)
  }
  await runProcess('ostree', [`--repo=${repo}`, 'init', '--mode=archive'])
  await runProcess('ostree', [`--repo=${repo}`, 'commit', `--branch=${ref}`, `--tree=dir=${tree}`])
  await rm(tree, { recursive: true })
  return repo
}

async function peaks(environment: Environment, size: number): Promise<readonly Row[]> {
  const repo = await makeRepository(environment.work, size)
  const out = join(environment.work, 'large-out')
  const rows: Row[] = []
  for (const compression of ['gzip', 'reuse']) {
    const words = ['ostree', 'build', repo, ref, `oci:${out}:1`, '--compression', compression]
    const { memory = Number.NaN } = await ocish(environment, ...words)
    rows.push(atMost('P15', `ostree build of ${size} GiB, ${compression}: peak`, memory, 200, 'MiB'))
    await rm(out, { recursive: true })
  }
  await rm(repo, { recursive: true })
  return rows
}

/** Memory does not grow with the tree: 2 GiB, and 10 GiB with `--large`. Needs ostree. */
export const ostreeMemory: Case = {
  id: 'P15',
  title: 'peak memory of a large commit',
  run: async (environment) =>
    findProgram('ostree') === undefined ? [] : await peaks(environment, environment.isLarge ? 10 : 2),
}

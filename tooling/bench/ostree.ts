import { hash } from 'node:crypto'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Case, Environment, Row } from './case.ts'
import { interleave, isNoisy, type Measured, type Side } from './measure.ts'
import { findProgram, runProcess } from './processes.ts'

const treeSize = 300 * 10 ** 6
const ref = 'bench/x86_64/os'
const zlibName = 'zlib level 6 alone on the thread pool'

/** Blocks of 256 KiB on Node's thread pool, one for each of its threads; nothing is hashed, joined or written. */
const zlibAlone = `
import { openSync, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
const file = openSync(process.argv[1], 'r')
const work = async () => {
  const block = Buffer.alloc(2 ** 18)
  for (let size; (size = readSync(file, block)) > 0;)
    await promisify(deflateRaw)(block.subarray(0, size), { level: 6, chunkSize: 2 ** 17 })
}
await Promise.all([work(), work(), work(), work()])
`

/** Files from everywhere below `folder` until `size` bytes are together; the same ones on each run. */
async function chosenFiles(folder: string, size: number): Promise<readonly string[]> {
  const chosen: string[] = []
  let left = size
  const inner = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = inner.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const order = new Map(paths.map((path) => [path, hash('sha256', path)]))
  for (const path of paths.toSorted((a, b) => ((order.get(a) ?? '') < (order.get(b) ?? '') ? -1 : 1))) {
    if (left <= 0) break
    const file = await stat(path)
    if (file.size > left) continue
    chosen.push(relative(folder, path))
    left -= file.size
  }
  return chosen
}

/** A repository of mode archive whose commit has 300 MB of this machine's /usr. */
async function makeRepository(work: string): Promise<string> {
  const repo = join(work, 'p15-repo')
  const tree = join(work, 'p15-tree')
  const list = join(work, 'p15-list')
  await mkdir(join(tree, 'usr'), { recursive: true })
  await writeFile(list, (await chosenFiles('/usr', treeSize)).map((path) => `${path}\0`).join(''))
  const copy = 'tar -C /usr --null -T "$0" -cf - | tar -C "$1/usr" -xf -'
  await runProcess('sh', ['-c', copy, list, tree])
  await runProcess('ostree', [`--repo=${repo}`, 'init', '--mode=archive'])
  await runProcess('ostree', [`--repo=${repo}`, 'commit', `--branch=${ref}`, `--tree=dir=${tree}`])
  await rm(tree, { recursive: true })
  return repo
}

/** What apt-ostree does: a checkout, a sorted tar of it, gzip. */
function pipeline(work: string, repo: string): Side {
  const out = join(work, 'p15-checkout')
  const script =
    'ostree --repo="$0" checkout "$1" "$2" && tar --sort=name -C "$2" -cf "$2.tar" . && gzip -6 -n "$2.tar"'
  return {
    name: 'ostree checkout + tar + gzip',
    run: () => runProcess('sh', ['-c', script, repo, ref, out]),
    reset: async () => {
      await rm(out, { recursive: true, force: true })
      await rm(`${out}.tar.gz`, { force: true })
    },
  }
}

function build({ bin, env, work }: Environment, repo: string, compression: string): Side {
  const out = join(work, 'p15-out')
  const words = ['ostree', 'build', repo, ref, `oci:${out}:1`, '--compression', compression]
  return {
    name: `ostree build --compression ${compression}`,
    run: () => runProcess(process.execPath, [bin, ...words], env),
    reset: () => rm(out, { recursive: true, force: true }),
  }
}

/** The least that gzip can take here: level 6 of the same bytes and nothing else. */
async function gzipFloor(work: string, pack: Side): Promise<Side> {
  const archive = join(work, 'p15-alone.tar')
  await pack.run()
  await runProcess('sh', ['-c', 'gzip -dc "$0.tar.gz" > "$1"', join(work, 'p15-checkout'), archive])
  const words = ['--input-type=module', '-e', zlibAlone, archive]
  return { name: zlibName, run: () => runProcess(process.execPath, words) }
}

function compare(peer: Measured, side: Measured, limit: number, floor: Measured | undefined): Row {
  const value = side.wall / peer.wall
  const noisy = isNoisy(peer, side) && value > limit
  const least = floor === undefined ? 0 : floor.wall / peer.wall
  const missed = least > limit ? 'floor' : 'missed'
  const beside = floor === undefined ? '' : `; ${floor.name} ${least.toFixed(2)} x`
  return {
    case: 'P15',
    what: side.name,
    value,
    unit: 'x',
    target: `≤ ${limit}`,
    verdict: value <= limit ? 'holds' : noisy ? 'noisy' : missed,
    note: `${side.wall.toFixed(0)} ± ${side.spread.toFixed(0)} ms, ${(side.memory ?? 0).toFixed(0)} MiB; ${peer.name} ${peer.wall.toFixed(0)} ± ${peer.spread.toFixed(0)} ms${beside}`,
  }
}

const limits = [
  ['none', 0.12],
  ['gzip', 0.22],
  ['reuse', 0.12],
] as const

/** A commit becomes a layer. Needs ostree, and root for a checkout that keeps owners. */
export const ostreeBuild: Case = {
  id: 'P15',
  title: 'a commit of 300 MB becomes an image',
  async run(environment) {
    if (findProgram('ostree') === undefined)
      return [
        { case: 'P15', what: 'ostree is not installed', value: 0, unit: '', target: '', verdict: 'info' },
      ]
    const repo = await makeRepository(environment.work)
    const pack = pipeline(environment.work, repo)
    const sides = [
      pack,
      await gzipFloor(environment.work, pack),
      ...limits.map(([compression]) => build(environment, repo, compression)),
    ]
    const [peer, floor, ...others] = await interleave(sides, Math.min(environment.rounds, 3))
    if (peer === undefined) return []
    return others.map((side, index) => {
      const [compression, limit] = limits[index] ?? ['none', 0]
      return compare(peer, side, limit, compression === 'gzip' ? floor : undefined)
    })
  },
}

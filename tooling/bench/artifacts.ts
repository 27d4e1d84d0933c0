import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dockerRegistry, noise } from '@ocish/testing'
import { atMost, type Case, type Environment, type Row } from './case.ts'
import { interleave, isNoisy, type Measured, type Side } from './measure.ts'
import { ocish, runProcess } from './processes.ts'
import { slowProxy } from './slow-proxy.ts'

/** So many text files of 2 to 14 KiB in folders of 100: words that compress as prose does. */
export async function writeFiles(folder: string, count: number): Promise<void> {
  const random = noise(count * 16 + 4096)
  const words = Array.from({ length: 4096 }, (_, at) =>
    random[at]?.toString(36).padEnd(2 + (at % 9), `${at}`),
  )
  for (let number = 0; number < count; number += 1) {
    const below = join(folder, `part-${Math.floor(number / 100)}`)
    if (number % 100 === 0) await mkdir(below, { recursive: true })
    let state = number * 7919 + 1
    const pick = (): string => {
      state = (state * 48_271) % 2_147_483_647
      return words[Math.min(state % 4096, (state >> 12) % 4096)] ?? ''
    }
    const length = 300 + ((number * 911) % 1800)
    await writeFile(join(below, `file-${number}.txt`), Array.from({ length }, pick).join(' '))
  }
}

function ratio(what: string, limit: number, ours: Measured, peer: Measured): Row {
  const row = atMost('P13', what, ours.wall / peer.wall, limit, 'x')
  const note = `${ours.wall.toFixed(0)} ± ${ours.spread.toFixed(0)} ms against ${peer.wall.toFixed(0)} ± ${peer.spread.toFixed(0)} ms`
  return {
    ...row,
    ...(row.verdict === 'holds' && isNoisy(ours, peer) && { verdict: 'noisy' as const }),
    note,
  }
}

export const folders: Case = {
  id: 'P13',
  title: 'a folder of 5,000 small files',
  async run(environment) {
    const { work, rounds } = environment
    const [folder, archive, out] = ['tree', 'tree.tar.gz', 'tree-out'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ]
    await writeFiles(folder, 5000)
    await using registry = await dockerRegistry({ delete: true })
    let round = 0
    const reset = (): Promise<void> => rm(out, { recursive: true, force: true })
    const shell =
      (script: string): Side['run'] =>
      () =>
        runProcess('sh', ['-c', script])
    const push: Side = {
      name: 'ocish push',
      run: () => ocish(environment, 'push', folder, `${registry.host}/bench/tree${(round += 1)}:1`),
    }
    const pack: Side = { name: 'tar | gzip', run: shell(`tar -C ${folder} -cf - . | gzip -6 > ${archive}`) }
    const [pushed, packed] = await interleave([push, pack], Math.min(rounds, 5))
    const pull: Side = {
      name: 'ocish pull',
      reset,
      run: () => ocish(environment, 'pull', '--no-cache', `${registry.host}/bench/tree1:1`, out),
    }
    const unpack: Side = {
      name: 'tar xz',
      reset,
      run: shell(`mkdir ${out} && tar -C ${out} -xzf ${archive}`),
    }
    const [pulled, unpacked] = await interleave([pull, unpack], Math.min(rounds, 5))
    if (!pushed || !packed || !pulled || !unpacked) return []
    return [
      ratio('5,000 files: push, of tar | gzip -6', 0.7, pushed, packed),
      ratio('5,000 files: pull, of tar xz', 1.2, pulled, unpacked),
    ]
  },
}

async function fiveFiles(environment: Environment): Promise<readonly string[]> {
  const folder = join(environment.work, 'five')
  await mkdir(folder, { recursive: true })
  const files = [1, 2, 3, 4, 5].map((number) => join(folder, `file-${number}.bin`))
  for (const [number, file] of files.entries()) await writeFile(file, noise(65_536 + number))
  return files
}

/** performance.md says 5, which a manifest and five blobs cannot be. */
const leastOfFive = '6 = the manifest and one per file: docs/decisions/0015'

export const artifactRequests: Case = {
  id: 'P19',
  title: 'requests of an artifact of 5 files',
  async run(environment) {
    const files = await fiveFiles(environment)
    await using registry = await dockerRegistry()
    await using proxy = await slowProxy(registry.host, 0)
    const reference = `${proxy.address}/bench/five:1`
    await ocish(environment, 'push', ...files, reference)
    const pushed = proxy.requests.length
    proxy.reset()
    await ocish(environment, 'pull', '--no-cache', reference, join(environment.work, 'five-out'))
    return [
      atMost('P19', 'push of 5 files', pushed, 18, 'requests'),
      atMost('P19', 'pull of 5 files', proxy.requests.length, 6, 'requests', leastOfFive),
    ]
  },
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { dockerRegistry } from '@ocish/testing'
import { atMost, type Case, type Environment } from './case.ts'
import { writeImage } from './image.ts'
import { ocish } from './processes.ts'
import { startRegistry } from './registry.ts'
import { type SlowProxy, slowProxy } from './slow-proxy.ts'

const size = 200 * 2 ** 20
const share = 0.6

/** Kills a copy when 60 % of the bytes are through, copies again, and tells which share of the blob the second run moved. */
async function movedAgain(
  environment: Environment,
  proxy: SlowProxy,
  bytes: () => number,
  words: readonly string[],
): Promise<number> {
  proxy.reset()
  proxy.holdAt(share * size)
  const child = spawn(process.execPath, [environment.bin, ...words], {
    env: environment.env,
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  while (bytes() < share * size && child.exitCode === null) await wait(10)
  // What is under way between the proxy and the process arrives.
  await wait(500)
  child.kill('SIGKILL')
  await ended
  proxy.holdAt(Number.POSITIVE_INFINITY)
  proxy.reset()
  await ocish(environment, ...words)
  return bytes() / size
}

export const resumes: Case = {
  id: 'P16',
  title: 'the second run after kill -9 at 60 %',
  async run(environment) {
    const layout = join(environment.work, 'resume')
    await writeImage(layout, 1, size, 16)
    await using theirs = await dockerRegistry()
    await using download = await slowProxy(theirs.host, 0)
    await ocish(environment, 'cp', '--no-cache', `oci:${layout}:1`, `${theirs.host}/bench/resume:1`)
    const target = `oci:${join(environment.work, 'resume-out')}:1`
    const words = ['cp', '--no-cache', `${download.address}/bench/resume:1`, target]
    const down = await movedAgain(environment, download, () => download.bytes, words)
    await using ours = await startRegistry(environment, join(environment.work, 'resume-registry'))
    await using upload = await slowProxy(ours.address, 0)
    const up = await movedAgain(environment, upload, () => upload.received, [
      'cp',
      '--no-cache',
      `oci:${layout}:1`,
      `${upload.address}/bench/resume:1`,
    ])
    return [
      atMost('P16', 'download: share of the blob moved again', down, 0.42, 'x'),
      atMost('P16', 'upload to ocish serve: share of the blob moved again', up, 0.42, 'x'),
    ]
  },
}

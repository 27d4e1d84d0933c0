import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { createMemoryRegistry } from '@ocish/core'
import { content, type FaultServer, noise, serveFaults, temporaryFolder } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const MiB = 2 ** 20
const large = noise(48 * MiB)
const sample = content({
  blobs: { config: '{}', large },
  manifests: { app: { config: 'config', layers: ['large'] } },
  tags: { v1: 'app' },
})
const file = join('blobs', sample.blobs.large.descriptor.digest.replace(':', '/'))
const program = join(import.meta.dirname, 'fixtures/fetch-one.ts')

let server: FaultServer
beforeAll(async () => {
  const origin = createMemoryRegistry()
  await sample.push(origin, 'app')
  server = await serveFaults(origin)
})
afterAll(() => server.close())

function start(kind: string, folder: string, rate = ''): ChildProcess {
  const args = ['-C', 'ocish-source', program, kind, folder, server.host, rate]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Runs until the copy has moved so many bytes, and kills it there; how many it had moved when it was dead. */
async function killedAt(kind: string, folder: string, bytes: number): Promise<number> {
  const child = start(kind, folder, String(300 * MiB))
  const { stdout } = child
  if (stdout === null) throw new TypeError('no output')
  const exit = once(child, 'exit')
  let moved = 0
  for await (const line of createInterface({ input: stdout })) {
    moved = Number(line)
    if (moved >= bytes) child.kill('SIGKILL')
  }
  await exit
  return moved
}

async function finished(kind: string, folder: string): Promise<void> {
  const child = start(kind, folder)
  child.stdout?.resume()
  const { stderr } = child
  if (stderr === null) throw new TypeError('no output')
  const [errors, [status]] = await Promise.all([text(stderr), once(child, 'close')])
  expect({ errors, status: status as unknown }).toEqual({ errors: '', status: 0 })
}

/** Where the requests for the blob began. */
function begun(): readonly number[] {
  return server.requests
    .filter(
      ({ method, target }) =>
        method === 'GET' && target.includes('/blobs/sha256:') && !target.endsWith(small),
    )
    .map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(String(headers['range']))?.[1] ?? 0))
}
const small = sample.blobs.config.descriptor.digest

describe('a copy that is killed', () => {
  const points = Array.from({ length: 20 }, () => Math.floor(Math.random() * large.length))

  it.each(points.map((point, at) => [at % 2 === 0 ? 'layout' : 'store', point] as const))(
    'into a %s after %i bytes goes on in the next process: byte-equal, below 1.2 times the bytes',
    async (kind, point) => {
      await using folder = await temporaryFolder()
      server.forget()
      const moved = await killedAt(kind, folder.path, point)
      await finished(kind, folder.path)
      expect(Buffer.compare(await readFile(folder.join(file)), large)).toBe(0)
      const scratch = kind === 'layout' ? '.ocish' : 'ingest'
      const left = await readdir(folder.join(scratch)).catch((): string[] => [])
      expect(left.filter((name) => name.startsWith('sha256-'))).toEqual([])
      const [first, second = large.length] = begun()
      expect(first).toBe(0)
      expect(moved + large.length - second).toBeLessThan(1.2 * large.length)
    },
  )

  it.each(['layout', 'store'])(
    'into a %s at 60 %% moves at most 42 %% in the second run (P16)',
    async (kind) => {
      await using folder = await temporaryFolder()
      server.forget()
      await killedAt(kind, folder.path, 0.6 * large.length)
      await finished(kind, folder.path)
      const [, second = 0] = begun()
      expect((large.length - second) / large.length).toBeLessThanOrEqual(0.42)
    },
  )
})

describe('two processes that copy the same blob', () => {
  it.each(['layout', 'store'])('into one %s share one download', async (kind) => {
    await using folder = await temporaryFolder()
    server.forget()
    await Promise.all([finished(kind, folder.path), finished(kind, folder.path)])
    expect(begun()).toEqual([0])
    expect(Buffer.compare(await readFile(folder.join(file)), large)).toBe(0)
  })
})

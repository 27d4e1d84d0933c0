import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { content, has, noise, ocishBin, type OcishRun } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const small = content({
  blobs: { config: '{}', layer: 'layer' },
  manifests: { app: { config: 'config', layers: ['layer'] } },
  tags: { '1': 'app' },
})
const large = content({
  blobs: { config: '{}', layer: noise(3 * 1024 * 1024) },
  manifests: { app: { config: 'config', layers: ['layer'] } },
  tags: { '1': 'app' },
})

let world: World
beforeAll(async () => {
  world = await createWorld()
  await small.push(world.registry.registry, 'small')
  await large.push(world.registry.registry, 'large')
})
afterAll(() => world[Symbol.asyncDispose]())

/** Runs `ocish` behind another program (`sh -c`, `setpriv`), which says what it may do. */
async function runBehind(words: readonly string[], line: string): Promise<OcishRun> {
  const args = line.split(' ').map((word) => word.replaceAll('HOST', world.host))
  const [program = '', ...rest] = [...words, process.execPath, ocishBin, ...args]
  const child = spawn(program, rest, { cwd: world.home.path, env: { ...process.env, HOME: world.home.path } })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  const bytes = Buffer.concat(out)
  return { code, signal, bytes, stdout: bytes.toString(), stderr: Buffer.concat(err).toString() }
}

/** A file system of so many bytes at a folder of the home; undefined where this user may not mount. */
async function mounted(name: string, options: string): Promise<Disposable | undefined> {
  const path = world.home.join(name)
  await mkdir(path)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  if (status !== 0) return undefined
  return { [Symbol.dispose]: () => execFileSync('umount', [path]) }
}

const mayMount = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0

async function digestAt(place: string): Promise<string> {
  return (await world.run(`resolve ${place}`)).stdout
}

describe('what this machine refuses is exit 8, and the target is as it was', () => {
  test.skipIf(!mayMount)('no space, in a layout and in an archive', async ({ skip }) => {
    using disk = await mounted('full', 'size=1m')
    if (disk === undefined) skip('mount is refused here')
    for (const place of ['oci:full/layout', 'tar:full/app.tar']) {
      expect((await world.run(`cp HOST/small:1 ${place}:1`)).code).toBe(0)
      const before = await digestAt(`${place}:1`)
      const failed = await world.run(`cp HOST/large:1 ${place}:1`)
      expect(failed.code).toBe(8)
      expect(failed.stderr).toContain('FILE_FAILED')
      expect(failed.stderr).toMatch(/no space left/i)
      expect(failed.stderr).toContain('destination')
      expect(await digestAt(`${place}:1`)).toBe(before)
      expect((await world.run(`validate ${place}:1`)).code).toBe(0)
    }
    expect((await world.names('full')).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test.skipIf(!mayMount)('a file system that is read-only', async ({ skip }) => {
    using disk = await mounted('fixed', 'size=4m')
    if (disk === undefined) skip('mount is refused here')
    expect((await world.run('cp HOST/small:1 oci:fixed/layout:1')).code).toBe(0)
    const before = await digestAt('oci:fixed/layout:1')
    execFileSync('mount', ['-o', 'remount,ro', world.home.join('fixed')])
    for (const place of [
      'oci:fixed/layout:2',
      'oci:fixed/other:1',
      'tar:fixed/a.tar',
      'docker-archive:fixed/b.tar',
    ]) {
      const failed = await world.run(`cp HOST/small:1 ${place}`)
      expect({ place, code: failed.code }).toEqual({ place, code: 8 })
      expect(failed.stderr).toMatch(/read-only/i)
    }
    expect(await digestAt('oci:fixed/layout:1')).toBe(before)
    expect(await world.names('fixed')).toEqual(['layout'])
  })

  test.skipIf(process.getuid?.() !== 0 || !has('setpriv'))('a folder of somebody else', async () => {
    await chmod(world.home.path, 0o755)
    await mkdir(world.home.join('theirs'), { mode: 0o755 })
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    const failed = await runBehind(nobody, 'cp HOST/small:1 oci:theirs/layout:1 --no-cache')
    expect({ code: failed.code, stderr: failed.stderr }).toEqual({
      code: 8,
      stderr: expect.stringMatching(/permission denied/i),
    })
    expect(await world.names('theirs')).toEqual([])
  })

  test('too many open files', async () => {
    expect((await world.run('cp HOST/small:1 oci:scarce:1')).code).toBe(0)
    const before = await readFile(world.home.join('scarce/index.json'))
    // So many that the program can start, and not all that a copy opens.
    const failed = await firstFailure(async (limit) =>
      runBehind(['sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh'], 'cp HOST/large:1 oci:scarce:1'),
    )
    expect({ code: failed.code, stderr: failed.stderr }).toEqual({
      code: 8,
      stderr: expect.stringMatching(/too many open files/i),
    })
    expect(await readFile(world.home.join('scarce/index.json'))).toEqual(before)
  })
})

/** From few to many open files: the first run that gets so far as to name them. */
async function firstFailure(attempt: (limit: number) => Promise<OcishRun>): Promise<OcishRun> {
  let last: OcishRun | undefined
  for (let limit = 20; limit < 40; limit += 1) {
    last = await attempt(limit)
    if (last.stderr.includes('FILE_FAILED') || last.code === 0) return last
  }
  throw new Error(`no limit in reach: ${last?.stderr}`)
}

describe('an interrupted transfer', () => {
  /** A registry that takes an upload and then says nothing more. */
  async function silent(): Promise<{
    readonly host: string
    readonly seen: (method: string) => Promise<void>
    readonly [Symbol.asyncDispose]: () => Promise<void>
  }> {
    const waiting = new Map<string, PromiseWithResolvers<void>>()
    const of = (method: string): PromiseWithResolvers<void> => {
      const found = waiting.get(method) ?? Promise.withResolvers<void>()
      waiting.set(method, found)
      return found
    }
    const server = createServer((request, response) => {
      const method = request.method ?? ''
      if (method === 'HEAD') response.writeHead(404).end()
      else if (method === 'POST') response.writeHead(202, { location: '/v2/app/blobs/uploads/1' }).end()
      of(method).resolve()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      seen: (method) => of(method).promise,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      },
    }
  }

  test('ends with the first SIGINT, gives the upload up, and ends the hard way with the second', async () => {
    await using server = await silent()
    const { child, done } = world.start(`cp HOST/small:1 ${server.host}/app:1`)
    await server.seen('PUT')
    child.kill('SIGINT')
    // The registry is told, and does not answer.
    await server.seen('DELETE')
    child.kill('SIGINT')
    const { code, signal } = await done
    expect([code, signal]).toEqual([null, 'SIGINT'])
  })

  test('keeps what was moved for the next run', async () => {
    const { child, done } = world.start('cp HOST/large:1 oci:kept:1 --limit-rate 1MiB --progress json')
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('"moving"')) child.kill('SIGINT')
    })
    expect((await done).code).toBe(130)
    expect(await world.names('kept')).not.toContain('.index.json')
    expect((await world.run('exists oci:kept:1')).code).toBe(1)
    const asked = await world.registry.asked(async () => {
      expect((await world.run('cp HOST/large:1 oci:kept:1')).code).toBe(0)
    })
    expect(asked.filter((request) => request === 'GET blob').length).toBeLessThanOrEqual(2)
    expect((await world.run('validate oci:kept:1')).code).toBe(0)
  })
})

test('twelve processes copy into one layout: nothing is lost', async () => {
  const runs = Array.from({ length: 12 }, (_, index) => world.run(`cp HOST/small:1 oci:shared:t${index}`))
  for (const { code, stderr } of await Promise.all(runs))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { stdout } = await world.run('tags oci:shared')
  expect(stdout.trim().split('\n')).toHaveLength(12)
})

test('two processes copy the same blob into one store: one download', async () => {
  const { digest } = large.blobs.layer.descriptor
  const gets = (): number =>
    world.registry.requests.filter(({ method, target }) => method === 'GET' && target.includes(digest)).length
  const before = gets()
  {
    const runs = [1, 2].map((tag) => world.run(`cp HOST/large:1 cache:HOST/twice:${tag}`))
    for (const { code, stderr } of await Promise.all(runs))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }
  expect(gets() - before).toBe(1)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dockerRegistry, has, ocishBin } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('big.txt', `${'0123456789abcdef'.repeat(64)}\n`.repeat(5 * 1024))
  await world.run('push big.txt HOST/big:1')
})
afterAll(() => world[Symbol.asyncDispose]())

describe('output', () => {
  test('5 MB through a slow pipe arrives whole', async () => {
    const { child, done } = world.start('cat HOST/big:1')
    child.stdout.on('data', () => {
      child.stdout.pause()
      setImmediate(() => child.stdout.resume())
    })
    const { code, bytes } = await done
    expect([code, bytes.length]).toEqual([0, 1025 * 5 * 1024])
  })

  test('a reader that leaves: exit 141, silent', async () => {
    const { child, done } = world.start('cat HOST/big:1')
    await once(child.stdout, 'readable')
    child.stdout.destroy()
    const { code, stderr } = await done
    expect([code, stderr]).toEqual([141, ''])
  })

  test('standard input is pushed under its title', async () => {
    const line = 'push --title piped.txt - HOST/piped:1'
    expect((await world.run(line, { stdin: 'from a pipe' })).code).toBe(0)
    expect((await world.run('cat HOST/piped:1//piped.txt')).stdout).toBe('from a pipe')
    expect((await world.run('push - HOST/piped:2', { stdin: 'x' })).code).toBe(2)
  })

  test.each(['pipe', 'ignore'] as const)(
    'standard input that is left open (%s) does not hold the program',
    async (stdin) => {
      const words = [ocishBin, 'resolve', `${world.host}/big:1`]
      const child = spawn(process.execPath, words, {
        stdio: [stdin, 'ignore', 'ignore'],
        env: { HOME: world.home.path },
      })
      expect(await once(child, 'exit')).toEqual([0, null])
      child.stdin?.destroy()
    },
  )
})

describe('signals', () => {
  /** A registry that takes the manifest question and never answers it. */
  async function silent(): Promise<{ host: string; asked: Promise<unknown>; close: () => void }> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      asked: once(server, 'request'),
      close: () => {
        server.closeAllConnections()
        server.close()
      },
    }
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: exit %i and nothing half-written', async (signal, status) => {
    const server = await silent()
    const { child, done } = world.start(`pull ${server.host}/app:1 half`)
    await server.asked
    child.kill(signal)
    const { code, stderr } = await done
    expect([code, stderr]).toEqual([status, ''])
    expect(await world.names()).not.toContain('half')
    server.close()
  })

  test('serve prints its address and ends with the signal', async () => {
    const { child, done } = world.start('serve store --addr 127.0.0.1:0 -o ndjson')
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { address } = JSON.parse(line.toString()) as { address: string }
    expect((await world.run(`push big.txt ${address}/x:1`)).code).toBe(0)
    child.kill('SIGINT')
    expect((await done).code).toBeOneOf([0, 130])
  })
})

test('an older Node is told so, in one line', async () => {
  await world.file(
    'older.mjs',
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
     Object.defineProperty(process, 'version', { value: 'v20.20.2' })`,
  )
  expect(await world.run('version', { nodeArgs: ['--import', './older.mjs'] })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: ocish needs Node 24 or newer, and this is v20.20.2\n',
  })
})

describe('docker-registry 2.8', () => {
  test.skipIf(!has('docker-registry'))(
    'rm of a tag is refused, not widened; the manifest goes when told to',
    async () => {
      await using registry = await dockerRegistry()
      const repository = `${registry.host}/team/app`
      await world.run(`push big.txt ${repository}:1 --tag 2`)
      const refused = await world.run(`rm ${repository}:1 --yes`)
      expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining('--manifest')])
      expect((await world.run(`tags ${repository}`)).stdout).toBe('1\n2\n')
      expect((await world.run(`rm ${repository}:1 --manifest --yes`)).code).toBe(0)
      expect((await world.run(`exists ${repository}:1 ${repository}:2`)).code).toBe(1)
    },
  )
})

describe('several processes at once', () => {
  test.skipIf(!has('docker-registry'))(
    'twenty attach on docker-registry, which has no referrers API, leave twenty referrers',
    async () => {
      await using registry = await dockerRegistry()
      const ref = `${registry.host}/team/app:1`
      expect((await world.run(`push big.txt ${ref}`)).code).toBe(0)
      const runs = Array.from({ length: 20 }, async (_, index) => {
        const name = `sbom-${index}.json`
        await world.file(name, JSON.stringify({ index }))
        return world.run(`attach ${name} ${ref} --artifact-type application/spdx+json`)
      })
      const codes = (await Promise.all(runs)).map(({ code, stderr }) => ({ code, stderr }))
      expect(codes).toEqual(Array.from({ length: 20 }, () => ({ code: 0, stderr: '' })))
      const { stdout } = await world.run(`referrers ${ref} -o json`)
      const found = JSON.parse(stdout) as readonly { readonly digest: string }[]
      expect(new Set(found.map((row) => row.digest)).size).toBe(20)
    },
  )
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
let digest: string
beforeAll(async () => {
  world = await createWorld()
  await world.file('a.txt', 'a')
  await world.file('b.txt', 'b')
  await world.file(
    'modules.mjs',
    `import { registerHooks } from 'node:module'
     import { writeFileSync } from 'node:fs'
     const loaded = []
     registerHooks({ load: (url, context, next) => { if (url.startsWith('file:')) loaded.push(url.split('/').at(-1)); return next(url, context) } })
     process.on('exit', () => writeFileSync('modules.json', JSON.stringify({ loaded, builtIn: process.moduleLoadList.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13)) })))`,
  )
  await world.run('push a.txt b.txt HOST/app:1')
  digest = (await world.run('resolve HOST/app:1')).stdout.trim()
})
afterAll(() => world[Symbol.asyncDispose]())

async function asked(line: string): Promise<readonly string[]> {
  return world.registry.asked(async () => {
    const { code, stderr } = await world.run(line)
    expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' })
  })
}

describe('requests', () => {
  test('resolve asks once', async () => {
    expect(await asked('resolve HOST/app:1')).toEqual(['HEAD manifest'])
  })

  test('describe of a known digest asks nothing (P17)', async () => {
    const known = `describe HOST/app@${digest}`
    await world.run(known)
    expect(await asked(known)).toEqual([])
  })

  test('a copy of what is there asks each side once (P11)', async () => {
    await world.run('cp HOST/app:1 HOST/there:1')
    const again = await asked('cp HOST/app:1 HOST/there:1 --no-cache')
    expect(again.toSorted()).toEqual(['GET manifest', 'HEAD manifest'])
  })

  test('a copy within one registry moves no bytes (P12)', async () => {
    const before = world.registry.requests.length
    await world.run('cp HOST/app:1 HOST/other:1')
    const requests = world.registry.requests.slice(before)
    expect(requests.length).toBeLessThanOrEqual(9)
    const blobBytes = requests
      .filter(({ route }) => route !== 'manifest')
      .map(({ sent, received }) => sent + received)
    expect(blobBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(0)
  })

  test('push and pull of five files (P19)', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `f${index}.txt`)
    await Promise.all(names.map((name) => world.file(name, name)))
    expect((await asked(`push ${names.join(' ')} HOST/five:1`)).length).toBeLessThanOrEqual(18)
    expect((await asked('pull HOST/five:1 five --no-cache')).length).toBeLessThanOrEqual(6)
  })

  test('tags asks once a page', async () => {
    expect(await asked('tags HOST/app')).toEqual(['GET tags'])
  })
})

describe('what is loaded', () => {
  interface Loaded {
    readonly loaded: readonly string[]
    readonly builtIn: readonly string[]
  }

  async function loadedBy(line: string): Promise<Loaded> {
    const { code } = await world.run(line, { nodeArgs: ['--import', './modules.mjs'] })
    expect(code).toBe(0)
    return JSON.parse(await world.read('modules.json')) as Loaded
  }

  const network = (names: readonly string[]): readonly string[] =>
    names.filter((name) => /^(?:https?|_http_|internal\/deps\/undici|tls|http2)/.test(name))

  test('--version: two files', async () => {
    const { loaded } = await loadedBy('--version')
    expect(loaded).toHaveLength(2)
  })

  test('help: no session, no network', async () => {
    const { loaded } = await loadedBy('help')
    expect(loaded.length).toBeLessThanOrEqual(10)
    expect(loaded.join(' ')).not.toMatch(/client|run-call|kind-(?!table)/)
  })

  test('describe of what a layout holds: no HTTP client, no sqlite', async () => {
    await world.run('cp HOST/app:1 oci:layout:1')
    const { loaded, builtIn } = await loadedBy('describe oci:layout:1')
    expect(loaded.length).toBeLessThanOrEqual(40)
    expect(loaded.join(' ')).not.toMatch(/client-/)
    expect(network(builtIn)).toEqual([])
  })

  test('resolve: one command, the client, no kind', async () => {
    const { loaded } = await loadedBy('resolve HOST/app:1')
    expect(loaded.length).toBeLessThanOrEqual(40)
    expect(loaded.join(' ')).not.toMatch(/push-|pull-|describe-|kind-runconfig/)
  })
})

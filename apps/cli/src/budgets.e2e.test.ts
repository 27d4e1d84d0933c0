import { emptyDescriptor, encodeManifest, oci, streamOf } from '@ocish/sdk'
import { dockerRegistry, embeddedRegistry, has, type OcishRun } from '@ocish/testing'
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

  test('P19 push of five files; pull of five files: a manifest and five blobs, one of them alone once it is known', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `f${index}.txt`)
    await Promise.all(names.map((name) => world.file(name, name)))
    expect((await asked(`push ${names.join(' ')} HOST/five:1`)).length).toBeLessThanOrEqual(18)
    const blobs = names.map(() => 'GET blob')
    // Five contents and the list of them: HTTP has no request for two of them.
    expect(await asked('pull HOST/five:1 five --no-cache')).toEqual(['GET manifest', ...blobs])
    const known = (await world.run('resolve HOST/five:1')).stdout.trim()
    await world.run(`describe HOST/five@${known}`)
    expect(await asked(`pull HOST/five@${known} known`)).toEqual(blobs)
    expect(await asked(`pull HOST/five@${known} again`)).toEqual([])
  })

  test('P19 a cold copy of 60 layers, both sides', async () => {
    await using other = await embeddedRegistry()
    const names = Array.from({ length: 60 }, (_, index) => `l${index}`)
    await Promise.all(names.map((name) => world.file(name, name)))
    await world.run(`push ${names.join(' ')} HOST/sixty:1`)
    let source: readonly string[] = []
    const target = await other.asked(async () => {
      source = await asked(`cp HOST/sixty:1 ${other.host}/sixty:1 --no-cache`)
    })
    // The configuration is the empty one: nobody has to be asked for it.
    expect(source).toHaveLength(1 + 60)
    expect(source.length + target.length).toBeLessThanOrEqual(247)
  })

  test('P19 5,000 tags: one request a page', async () => {
    await using served = await embeddedRegistry()
    const { registry } = served
    const mediaType = oci.manifest
    const manifest = encodeManifest({ form: 'image', mediaType, config: emptyDescriptor, layers: [] })
    const tags = Array.from({ length: 5000 }, (_, index) => `t${index}`)
    await registry.pushBlob('many', emptyDescriptor, () => streamOf(Buffer.from('{}')))
    await registry.pushManifest('many', manifest, { mediaType, tags })
    let run: OcishRun | undefined
    const requests = await served.asked(async () => {
      run = await world.run(`tags ${served.host}/many`)
    })
    expect(run?.stdout.trim().split('\n')).toHaveLength(5000)
    expect(requests).toEqual(Array.from({ length: 5 }, () => 'GET tags'))
  })

  test.skipIf(!has('docker-registry'))('P2 resolve with a token that is kept asks once', async () => {
    await using registry = await dockerRegistry({ auth: 'token' })
    const { host, username, password } = registry
    await world.run(['login', host, '-u', username, '--password-stdin'], { stdin: password })
    await world.run(`push a.txt ${host}/team/app:1`)
    const line = `resolve ${host}/team/app:1 --trace`
    await world.run(line)
    const { stderr } = await world.run(line)
    expect(stderr.split('\n').filter((text) => text.startsWith('> '))).toEqual([
      expect.stringContaining(`> HEAD http://${host}/v2/team/app/manifests/1`),
    ])
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
    expect(loaded.length).toBeLessThanOrEqual(6)
    expect(loaded.join(' ')).not.toMatch(/client|run-call|kind-(?!table)/)
  })

  test('describe of what a layout holds: no HTTP client, no sqlite', async () => {
    await world.run('cp HOST/app:1 oci:layout:1')
    const { loaded, builtIn } = await loadedBy('describe oci:layout:1')
    expect(loaded.length).toBeLessThanOrEqual(40)
    expect(loaded.join(' ')).not.toMatch(/client-/)
    expect(network(builtIn)).toEqual([])
  })

  test('resolve over plain HTTP: one command, the client, no kind; neither TLS nor OpenSSL (P2)', async () => {
    const { loaded, builtIn } = await loadedBy('resolve HOST/app:1')
    expect(loaded.length).toBeLessThanOrEqual(24)
    expect(loaded.join(' ')).not.toMatch(/push-|pull-|describe-|kind-runconfig/)
    expect(network(builtIn)).toEqual([])
    expect(builtIn).not.toContain('crypto')
  })
})

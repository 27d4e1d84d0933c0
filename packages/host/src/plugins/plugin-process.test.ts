import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { verified } from '@ocish/core'
import type { Artifact, Descriptor, Kind } from '@ocish/sdk'
import { artifactOf, kindContext, noise, opened, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadPlugin } from './load-plugin.ts'
import { processLimits, type ProcessLimits } from './plugin-process.ts'
import { remoteKind } from './remote-kind.ts'

let folder: TemporaryFolder
const stops: (() => void)[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(folder.join('plugin'))
})

afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  await folder.remove()
})

const match = [{ artifactType: 'application/x.note' }]

/** A kind whose `read` has this body, in a process of its own. */
async function kindWith(body: string, more = '', limits: Partial<ProcessLimits> = {}): Promise<Kind> {
  const code = `export default { apiVersion: 1, name: 'note', match: ${JSON.stringify(match)},
    async read(artifact, context) { ${body} },
    describe: (model) => ({ title: String(model.text ?? 'note'), fields: [] }), ${more} }`
  await writeFile(folder.join('plugin/index.mjs'), code)
  const plugin = { name: 'ocish-kind-note', folder: folder.join('plugin'), main: 'index.mjs' }
  const loaded = await loadPlugin(
    { ...plugin, kinds: [{ name: 'note', family: 'note', match }] },
    { ...processLimits, ...limits },
  )
  stops.push(() => loaded.process.stop())
  const [data] = loaded.kinds
  if (data === undefined) throw new Error('no kind')
  return remoteKind(data, async () => loaded.process)
}

async function note(text: string | Uint8Array = 'hello'): Promise<Artifact> {
  return artifactOf({
    artifactType: 'application/x.note',
    layers: [{ mediaType: 'text/plain', open: opened(text) }],
  })
}

const collect = `const chunks = []
  for await (const chunk of artifact.open(artifact.layers[0])) chunks.push(chunk)
  const bytes = Buffer.concat(chunks);`

describe('a kind in a process of its own', () => {
  it('reads verified bytes, looks up, warns, and describes what it read', async () => {
    const kind = await kindWith(`${collect}
      context.warn('careful')
      const other = await context.lookup.open('example.com/a:1')
      const tags = []
      for await (const tag of context.lookup.versions('example.com/a')) tags.push(tag)
      return { text: bytes.toString(), size: other.bytes.length, tags }`)
    const other = await note('other')
    const context = kindContext({ artifacts: { 'example.com/a:1': other } })
    const model = await kind.read(await note(), context)
    expect(model).toEqual({ text: 'hello', size: other.bytes.length, tags: ['1'] })
    expect(kind.describe(model).title).toBe('hello')
    expect(context.warnings).toEqual(['careful'])
  })

  it('a large part comes through whole, and no more of it is read than is asked for', async () => {
    const bytes = noise(9_000_000)
    const kind = await kindWith(`${collect} return { text: String(bytes.length) }`)
    expect(await kind.read(await note(bytes), kindContext())).toEqual({ text: '9000000' })
    let given = 0
    const endless = async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 1
        yield new Uint8Array(1000)
      }
    }
    const artifact = { ...(await note()), open: endless }
    const first = await kindWith(
      'for await (const chunk of artifact.open(artifact.layers[0])) return { text: "one" }',
    )
    expect(await first.read(artifact, kindContext())).toEqual({ text: 'one' })
    expect(given).toBeLessThan(20)
  })

  it('errors keep their codes in both directions', async () => {
    const kind = await kindWith(`try { await context.lookup.open('none:1') } catch (error) { throw error }`)
    await expect(kind.read(await note(), kindContext())).toFailWith('MANIFEST_NOT_FOUND')
    const artifact = { ...(await note()), open: opened('other') }
    const wrong = await artifactOf({ layers: [{ mediaType: 'text/plain', open: opened('x') }] })
    const mismatch = await kindWith(collect)
    await expect(
      mismatch.read(
        { ...artifact, layers: wrong.layers, open: (part) => wrong.open({ ...part, size: 2 }) },
        kindContext(),
      ),
    ).toFailWith('SIZE_MISMATCH')
  })

  it('T32 wrong bytes are DIGEST_MISMATCH, whether the kind trips over them, swallows that or hears of it', async () => {
    const right = await note(noise(400_000))
    const wrong = noise(400_000).with(0, 1 + noise(1)[0]!)
    const artifact = { ...right, open: (part: Descriptor) => verified(opened(wrong)(), part) }
    const refuse = `throw Object.assign(new Error('no note'), { [Symbol.for('@ocish/sdk/error')]: true, code: 'KIND_INPUT_INVALID' })`
    const bodies = [
      `for await (const chunk of artifact.open(artifact.layers[0])) ${refuse}`,
      `try { ${collect} } catch { return { text: 'all is well' } }`,
      collect,
    ]
    for (const body of bodies) {
      // oxlint-disable-next-line no-await-in-loop
      const kind = await kindWith(body)
      // oxlint-disable-next-line no-await-in-loop
      await expect(kind.read(artifact, kindContext())).toFailWith('DIGEST_MISMATCH')
    }
    const trips = await kindWith(bodies[0]!)
    await expect(trips.read(right, kindContext())).toFailWith('KIND_INPUT_INVALID')
  })

  it('compares two models, and what it gives must be changes', async () => {
    const diff = (body: string): Promise<Kind> =>
      kindWith('return { text: "a" }', `diff(from, to) { ${body} }`)
    const good = await diff(`return [{ path: 'text', op: '~', from: from.text, to: to.text }]`)
    expect(await good.diff?.({ text: 'a' }, { text: 'b' })).toEqual([
      { path: 'text', op: '~', from: 'a', to: 'b' },
    ])
    const lazy = await kindWith(
      'return {}',
      'async diff() { return new Set([{ path: "x", op: "+", to: 1 }]) }',
    )
    expect(await lazy.diff?.({}, {})).toEqual([{ path: 'x', op: '+', to: 1 }])
    for (const body of ['return 5', 'return [1]', 'return [{ op: "+" }]', 'throw new Error("no")']) {
      // oxlint-disable-next-line no-await-in-loop
      await expect((await diff(body)).diff?.({}, {})).toFailWith('KIND_FAILED')
    }
  })

  it('an abort reaches it', async () => {
    const kind =
      await kindWith(`await new Promise((resolve, reject) => context.signal.addEventListener('abort', () =>
      reject(Object.assign(new Error('aborted'), { name: 'AbortError' }))))`)
    const controller = new AbortController()
    const reading = kind.read(await note(), kindContext({ signal: controller.signal }))
    controller.abort()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('T50 a hostile kind is contained', () => {
  const failure = async (body: string, limits: Partial<ProcessLimits> = {}): Promise<unknown> => {
    const kind = await kindWith(body, '', limits)
    return kind.read(await note(), kindContext()).then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  it.each([
    ['throws', 'throw new Error("boom")', /ocish-kind-note failed: boom/],
    ['throws what is no error', 'throw null', /ocish-kind-note failed/],
    ['exits', 'process.exit(0)', /ended with status 0/],
    ['aborts', 'process.abort()', /ended with SIGABRT/],
    ['kills the one that started it', 'process.kill(process.ppid, 0)', /no right to send signals/],
    [
      'crashes later',
      'setImmediate(() => { throw new Error("late") }); await new Promise(() => setInterval(() => {}, 9))',
      /ended with status/,
    ],
    ['loops for ever', 'for (;;);', /did not answer within 0.5 s/],
    ['never answers', 'await new Promise(() => setInterval(() => {}, 9))', /did not answer within 0.5 s/],
    [
      'takes all memory',
      'const all = []; for (;;) { all.push(Buffer.alloc(16 << 20, 1)); await new Promise(setImmediate) }',
      /memory|ended with/,
      30_000,
    ],
    [
      'asks for everything at once',
      'for (let n = 0; n < 5000; n += 1) void context.lookup.open("slow:1"); await new Promise(() => setInterval(() => {}, 9))',
      /more than 1000|did not answer/,
    ],
    [
      'speaks nonsense on the channel',
      'process.getBuiltinModule("node:fs").writeSync(3, Buffer.from([0, 0, 0, 2, 123, 123])); await new Promise(() => setInterval(() => {}, 9))',
      /broke the protocol/,
    ],
    [
      'claims a message without end',
      'process.getBuiltinModule("node:fs").writeSync(3, Buffer.alloc(8, 255)); await new Promise(() => setInterval(() => {}, 9))',
      /broke the protocol/,
    ],
  ])('that %s', async (_name, body, message, silence = 500) => {
    const error = await failure(body, { silence, memory: 256 << 20 })
    expect(error).toMatchObject({ code: 'KIND_FAILED', hint: 'Run plugin doctor ocish-kind-note.' })
    expect((error as Error).message).toMatch(message)
  })

  it('that takes all memory is ended where the system does not tell how much it has, too', async () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin')
    try {
      const body =
        'const all = []; for (;;) { all.push(Buffer.alloc(16 << 20, 1)); await new Promise((resolve) => setTimeout(resolve, 5)) }'
      const error = await failure(body, { memory: 256 << 20 })
      expect(error).toMatchObject({
        code: 'KIND_FAILED',
        message: expect.stringMatching(/ended with SIGKILL/),
      })
    } finally {
      platform.mockRestore()
    }
  })

  it('that prints is not heard, and what it printed last is told when it fails', async () => {
    const kind = await kindWith(
      'console.log("noise".repeat(100)); process.stderr.write("trace"); return { text: "fine" }',
    )
    expect(await kind.read(await note(), kindContext())).toEqual({ text: 'fine' })
    const printed = await failure(
      'console.log("last words"); await new Promise((resolve) => setTimeout(resolve, 50)); process.exit(3)',
    )
    expect(printed).toMatchObject({ details: { output: 'last words\n' } })
  })

  it('sees no environment, no files but its own, no processes, no workers', async () => {
    await writeFile(folder.join('secret'), 'secret')
    const kind = await kindWith(`
      const tried = {}
      const attempt = async (name, act) => { try { await act(); tried[name] = 'done' } catch (error) { tried[name] = error.code } }
      const fs = process.getBuiltinModule('node:fs')
      await attempt('read', () => fs.readFileSync(${JSON.stringify(folder.join('secret'))}))
      await attempt('list', () => fs.readdirSync(${JSON.stringify(folder.path)}))
      await attempt('write', () => fs.writeFileSync(${JSON.stringify(folder.join('plugin/x'))}, ''))
      await attempt('spawn', () => process.getBuiltinModule('node:child_process').execSync('true'))
      await attempt('worker', () => new (process.getBuiltinModule('node:worker_threads').Worker)('0', { eval: true }))
      await attempt('own', () => fs.readFileSync(new URL(import.meta.url)))
      return { text: JSON.stringify(tried), env: Object.keys(process.env) }`)
    const model = (await kind.read(await note(), kindContext())) as {
      readonly text: string
      readonly env: unknown
    }
    const denied = 'ERR_ACCESS_DENIED'
    expect(JSON.parse(model.text)).toEqual({
      read: denied,
      list: denied,
      write: denied,
      spawn: denied,
      worker: denied,
      own: 'done',
    })
    expect(model.env).toEqual([])
  })

  it('sends no signals, opens no databases, no debugger, no sockets at a path, whatever way it takes', async () => {
    const database = JSON.stringify(folder.join('planted.db'))
    const door = JSON.stringify(folder.join('door'))
    const kind = await kindWith(`
      const tried = {}
      const attempt = async (name, act) => { try { await act(); tried[name] = 'done' } catch (error) { tried[name] = error.code } }
      const of = (name) => process.getBuiltinModule(name)
      const own = of('node:module').createRequire(import.meta.url)
      const named = (name) => import(name)
      await attempt('kill', () => process.kill(process.ppid, 0))
      await attempt('kill by import', async () => (await named('node:process')).kill(process.ppid, 0))
      await attempt('kill by require', () => own('process').kill(process.ppid, 0))
      await attempt('raw kill', () => process._kill(process.ppid, 0))
      await attempt('debugger', () => process._debugProcess(process.ppid))
      await attempt('priority', () => of('node:os').setPriority(process.ppid, 0))
      await attempt('database', () => new (of('node:sqlite').DatabaseSync)(${database}))
      await attempt('database by import', async () => new (await named('node:sqlite')).DatabaseSync(${database}))
      await attempt('flags', () => of('node:v8').setFlagsFromString('--trace-turbo'))
      const net = of('node:net')
      await attempt('socket', () => net.connect(${door}))
      await attempt('socket in options', () => new net.Socket().connect({ path: ${door} }))
      let asked = 0
      const shy = { port: 1, host: '127.0.0.1', get path() { asked += 1; return asked > 1 ? ${door} : undefined } }
      await attempt('socket that shows its path later', () => new Promise((resolve, reject) => net.connect(shy).on('error', reject)))
      await attempt('agent', () => new Promise((resolve, reject) =>
        of('node:http').get({ socketPath: ${door} }, resolve).on('error', reject)))
      await attempt('server', () => net.createServer().listen(0))
      try { delete process.kill } catch {}
      await attempt('kill again', () => process.kill(process.ppid, 0))
      return { text: JSON.stringify(tried) }`)
    const { text } = (await kind.read(await note(), kindContext())) as { readonly text: string }
    const { 'socket that shows its path later': shown, 'kill again': again, ...rest } = JSON.parse(text)
    expect(rest).toEqual(Object.fromEntries(Object.keys(rest).map((name) => [name, 'ERR_ACCESS_DENIED'])))
    expect(Object.keys(rest)).toHaveLength(13)
    // How often Node looks at it is Node's affair.
    expect(['ERR_ACCESS_DENIED', 'ECONNREFUSED']).toContain(shown)
    expect(again).not.toBe('done')
    expect(await readdir(folder.path)).not.toContain('planted.db')
  })

  it('reaches a host by its name, as Node 24 cannot keep it from that', async () => {
    const server = createServer((socket) => socket.end('hello'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const kind = await kindWith(`
      const net = process.getBuiltinModule('node:net')
      const chunks = []
      for await (const chunk of net.connect(${port}, '127.0.0.1')) chunks.push(chunk)
      return { text: String(chunks) }`)
    expect(await kind.read(await note(), kindContext())).toEqual({ text: 'hello' })
    server.close()
  })

  it('a flood of rows comes no faster than it is read', async () => {
    const flood = `async *list() { for (let n = 0; ; n += 1) yield { path: 'f' + n, kind: 'file', size: 0 } },`
    const kind = await kindWith('return {}', flood)
    const seen: string[] = []
    for await (const { path } of kind.list?.(await note(), kindContext()) ?? []) {
      seen.push(path)
      if (seen.length === 1000) break
    }
    expect(seen.at(-1)).toBe('f999')
    expect(await kind.read(await note(), kindContext())).toEqual({})
  })
})

describe('what the code is must be what its package says', () => {
  const load = async (code: string): Promise<unknown> => {
    await writeFile(folder.join('plugin/index.mjs'), code)
    const plugin = { name: 'p', folder: folder.join('plugin'), main: 'index.mjs' }
    return loadPlugin({ ...plugin, kinds: [{ name: 'note', family: 'note', match }] })
  }

  it.each([
    ['no kind', 'export const x = 1', 'KIND_FAILED'],
    [
      'another name',
      `export default { apiVersion: 1, name: 'b', match: ${JSON.stringify(match)} }`,
      'PLUGIN_FAILED',
    ],
    ['another match', `export default { apiVersion: 1, name: 'note', match: [] }`, 'PLUGIN_FAILED'],
    [
      'more commands',
      `export default { apiVersion: 1, name: 'note', match: ${JSON.stringify(match)}, commands: [{ name: 'x' }] }`,
      'PLUGIN_FAILED',
    ],
    [
      'another contract',
      `export default { apiVersion: 2, name: 'note', match: ${JSON.stringify(match)} }`,
      'PLUGIN_API_UNSUPPORTED',
    ],
    ['a syntax error', 'export default {', 'KIND_FAILED'],
  ])('%s', async (_name, code, expected) => {
    await expect(load(code)).toFailWith(expected)
  })
})

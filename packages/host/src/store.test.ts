import { loadCommand } from '@ocish/commands'
import { createMemoryRegistry, logged, type Registry } from '@ocish/core'
import { content, noise, temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathsFrom } from './paths.ts'
import { createSession, type Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'

const { signal } = new AbortController()
const host = 'example.com'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let calls: string[]
let registry: Registry
const things = content({
  blobs: { a: 'a', large: noise(5 << 20) },
  manifests: { m: { layers: ['a'], artifactType: 'application/x.test' }, big: { layers: ['large'] } },
  tags: { v1: 'm', big: 'big' },
})

beforeEach(async () => {
  folder = await temporaryFolder()
  const inner = createMemoryRegistry({ name: host })
  await things.push(inner, 'team/app')
  calls = []
  registry = logged(inner, (call) => calls.push(call.method))
})

afterEach(async () => {
  await folder.remove()
})

async function session(given: Partial<SessionOptions> = {}): Promise<Session> {
  return createSession({
    version: '0.0.0',
    cwd: folder.path,
    home: folder.path,
    env: {},
    paths: pathsFrom({}, folder.path),
    connect: async () => registry,
    ...given,
  })
}

/** Runs a command in a session of its own, as a line of a script does. */
async function run(
  name: string,
  args: Readonly<Record<string, unknown>>,
  given: Partial<SessionOptions> = {},
): Promise<readonly unknown[]> {
  calls.length = 0
  await using one = await session(given)
  const command = await loadCommand(name)
  if (command === undefined) throw new TypeError(`no command ${name}`)
  // Awaited here: the session closes when this function ends.
  return await Array.fromAsync(command.run({ args, flags: {}, options: {}, signal }, one))
}

const { digest } = things.manifests.m.descriptor

describe('requests of one line after another', () => {
  it('resolve is one', async () => {
    expect(await run('resolve', { ref: `${host}/team/app:v1` })).toEqual([digest])
    expect(calls).toEqual(['statManifest'])
    await run('resolve', { ref: `${host}/team/app:v1` })
    expect(calls).toEqual(['statManifest'])
  })

  it('describe of a digest that was seen before is none', async () => {
    const [first] = await run('describe', { ref: `${host}/team/app@${digest}` })
    expect(calls.length).toBeGreaterThan(0)
    const [second] = await run('describe', { ref: `${host}/team/app@${digest}` })
    expect(calls).toEqual([])
    expect(second).toEqual(first)
    await run('describe', { ref: `${host}/team/app@${digest}` }, { flags: { noCache: true } })
    expect(calls.length).toBeGreaterThan(0)
  })

  it('a tag is asked for again, and what it points to is not', async () => {
    await run('describe', { ref: `${host}/team/app:v1` })
    await run('describe', { ref: `${host}/team/app:v1` })
    expect(calls.length).toBe(1)
  })

  it('copy of what is there is two', async () => {
    const args = { src: [`${host}/team/app:v1`], dst: `${host}/team/copy:v1` }
    await run('cp', args)
    await run('cp', args)
    expect(calls.filter((method) => method !== 'commit')).toHaveLength(2)
  })

  it('exists asks, whatever the store holds', async () => {
    await run('describe', { ref: `${host}/team/app@${digest}` })
    await registry.deleteManifest('team/app', digest)
    const [row] = await run('exists', { ref: [`${host}/team/app@${digest}`] })
    expect(row).toMatchObject({ ok: false })
  })
})

describe('the store', () => {
  it('answers offline what was seen, and says so of what was not', async () => {
    await run('describe', { ref: `${host}/team/app:v1` })
    const offline = { flags: { offline: true } }
    expect(await run('resolve', { ref: `${host}/team/app:v1` }, offline)).toEqual([digest])
    expect(calls).toEqual([])
    await expect(run('describe', { ref: `${host}/team/app:big` }, offline)).toFailWith('NETWORK_FAILED')
    await expect(run('tag', { ref: `${host}/team/app:v1`, tag: ['v2'] }, offline)).toFailWith(
      'NETWORK_FAILED',
    )
  })

  it('keeps what is described again, not what is copied once', async () => {
    await run('cp', { src: [`${host}/team/app:v1`], dst: 'oci:layout:v1' })
    await run('cp', { src: [`${host}/team/app:big`], dst: 'oci:layout:big' })
    const rows = (await run('cache ls', {})) as readonly { readonly size: number }[]
    expect(rows.length).toBeGreaterThan(0)
    expect(Math.max(...rows.map((row) => row.size))).toBeLessThan(1 << 20)
  })

  it('is a location', async () => {
    await run('describe', { ref: `${host}/team/app:v1` })
    expect(await run('resolve', { ref: `cache:${host}/team/app:v1` })).toEqual([digest])
    await using one = await session()
    const listed = await one.openRegistry('cache:')
    expect(await Array.fromAsync(listed.registry.repositories())).toEqual([`${host}/team/app`])
  })

  it('of a session without paths does not exist', async () => {
    await using one = await createSession({ version: '0', cwd: folder.path, home: folder.path, env: {} })
    await expect(one.open('cache:example.com/a:v1', 'read')).toFailWith('CACHE_FAILED')
    await expect(one.cache.ls()).toFailWith('CACHE_FAILED')
  })
})

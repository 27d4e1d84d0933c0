import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createMemoryRegistry } from '@ocish/core'
import runconfig, { type RunConfig } from '@ocish/kind-runconfig'
import { serve, type Server } from '@ocish/server'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { createHost } from './host.ts'
import type { HostOptions } from './host-options.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: Server
let cwd: string

beforeEach(async () => {
  folder = await temporaryFolder()
  cwd = folder.path
  server = await serve(createMemoryRegistry())
})

afterEach(async () => {
  await server.close()
  await folder.remove()
})

const config = { schema_version: 'v0.1.0', name: 'fetch', image: 'example.com/fetch:1', transport: 'stdio' }

async function withHost(given: HostOptions = {}): ReturnType<typeof createHost> {
  return createHost({ cwd, home: cwd, ...given })
}

describe('the front door', () => {
  it('pushes, resolves, describes, reads and pulls what a kind knows, over HTTP', async () => {
    await writeFile(folder.join('runconfig.json'), JSON.stringify(config))
    await using host = await withHost()
    const reference = `${server.host}/team/fetch:v1`
    const pushed = await host.push('runconfig.json', reference, { tags: ['latest'] })
    expect(pushed).toMatchObject({ ref: reference, kind: 'runconfig', tags: ['v1', 'latest'] })
    expect((await host.resolve(reference)).digest).toBe(pushed.digest)
    expect(await Array.fromAsync(host.versions(`${server.host}/team/fetch`))).toEqual(['latest', 'v1'])
    expect(await host.describe(reference)).toMatchObject({
      kind: 'runconfig',
      title: 'fetch',
      digest: pushed.digest,
    })
    const model = await host.read(reference, runconfig)
    expectTypeOf(model).toEqualTypeOf<RunConfig>()
    expect(model.image).toBe(config.image)
    expect(await host.pull(reference, 'out')).toEqual(['out/fetch.json'])
    expect(JSON.parse(await readFile(folder.join('out/fetch.json'), 'utf8'))).toMatchObject({
      name: 'fetch',
    })
  })

  it('a word is a full name where no kind knows better, and a kind nobody has is an error', async () => {
    await using host = await withHost()
    expect(await host.fullName('example.com/a:1', 'runconfig')).toBe('example.com/a:1')
    await expect(host.fullName('a', 'nothing')).toFailWith('KIND_UNKNOWN')
    await expect(host.run('klaus nothing', { args: {} })).toFailWith('USAGE_UNKNOWN_COMMAND')
  })

  it('pushes plain files with their type and annotations, and runs any command', async () => {
    await writeFile(folder.join('a.txt'), 'a')
    await using host = await withHost()
    await host.push(['a.txt'], `${server.host}/team/files:v1`, {
      artifactType: 'application/x.files',
      annotations: { team: 'a', __proto__x: 'b' },
    })
    const described = await host.describe(`${server.host}/team/files:v1`)
    expect(described.fields.find((field) => field.label === 'annotations')?.value).toMatchObject({
      team: 'a',
    })
    const copied = host.run('cp', { args: { src: [`${server.host}/team/files:v1`], dst: 'oci:layout:v1' } })
    expect(await Array.fromAsync(copied)).toMatchObject([{ status: 'done' }])
    expect((await host.resolve('oci:layout:v1')).digest).toBe(described.digest)
    await expect(host.run('nothing', { args: {} })).toFailWith('USAGE_UNKNOWN_COMMAND')
  })

  it('without a folder for its state touches no file, with one only that', async () => {
    {
      await using host = await withHost()
      await expect(host.resolve(`${server.host}/team/app:v1`)).toFailWith(
        'MANIFEST_NOT_FOUND',
        'REPOSITORY_NOT_FOUND',
      )
      await expect(host.resolve(`${server.host}/team/app`)).toFailWith('REFERENCE_INVALID')
    }
    expect(await readdir(folder.path)).toEqual([])
    await writeFile(folder.join('a.txt'), 'a')
    {
      await using host = await withHost({ stateFolder: 'state', credentials: 'files' })
      await host.push('a.txt', `${server.host}/team/app:v1`)
      await host.describe(`${server.host}/team/app:v1`)
    }
    expect((await readdir(folder.path)).toSorted()).toEqual(['a.txt', 'state'])
    expect(await readdir(folder.join('state'))).toEqual(['cache'])
  })

  it('two of them know nothing of each other', async () => {
    await using other = await serve(createMemoryRegistry(), {
      auth: { scheme: 'basic', users: { ada: 'secret' } },
    })
    await using first = await withHost({
      credentials: () => ({ username: 'ada', password: 'secret', source: 'test' }),
    })
    await using second = await withHost()
    await writeFile(folder.join('a.txt'), 'a')
    await first.push('a.txt', `${other.host}/team/app:v1`)
    await expect(second.resolve(`${other.host}/team/app:v1`)).toFailWith('REGISTRY_UNAUTHORIZED')
  })

  it('an abort ends a call', async () => {
    await using host = await withHost()
    const signal = AbortSignal.abort()
    await expect(host.resolve(`${server.host}/team/app:v1`, { signal })).toFailWith('AbortError')
    await expect(host.describe(`${server.host}/team/app:v1`, { signal })).toFailWith('AbortError')
  })
})

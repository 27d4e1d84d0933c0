import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { collect, createMemoryRegistry, digestOf, fromBytes, type Registry } from '@ocish/core'
import type { Part } from '@ocish/sdk'
import { content, noise, temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathsFrom } from './paths.ts'
import { createSession, type Session } from './session.ts'
import type { SessionOptions } from './session-options.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let registry: Registry
const { signal } = new AbortController()

beforeEach(async () => {
  folder = await temporaryFolder()
  registry = createMemoryRegistry()
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
    connect: async () => registry,
    ...given,
  })
}

function part(text: string, more: Partial<Part> = {}): Part {
  return {
    mediaType: 'text/plain',
    open: async function* open() {
      yield Buffer.from(text)
    },
    ...more,
  }
}

describe('open', () => {
  it('gives one repository of a registry, with what the text named in it', async () => {
    await using host = await session()
    const opened = await host.open('example.com/team/app:v1//README.md', 'read')
    expect(opened).toMatchObject({
      registry,
      repository: 'team/app',
      reference: 'v1',
      tag: 'v1',
      inner: 'README.md',
      display: 'example.com/team/app',
    })
  })

  it('refuses a host where a repository is wanted, and marks it', async () => {
    await using host = await session()
    await expect(host.open('example.com', 'read')).toFailWith('REFERENCE_INVALID')
    expect(await host.openRegistry('example.com/team/')).toMatchObject({ registry, prefix: 'team' })
  })

  it('opens an image layout by its scheme and by its path, and creates one for writing', async () => {
    await using host = await session()
    await expect(host.open('oci:layout:v1', 'read')).toFailWith('FILE_NOT_FOUND')
    const target = await host.open('oci:layout:v1', 'write')
    const pushed = await host.publish(
      { artifactType: 'application/x.test', layers: [part('hello')] },
      target,
      {
        tags: ['v1'],
        dryRun: false,
        signal,
      },
    )
    const opened = await host.open('./layout', 'read')
    expect(opened.display).toBe('oci:./layout')
    const { descriptor } = await opened.registry.statManifest(opened.repository, 'v1')
    expect(descriptor.digest).toBe(pushed.digest)
  })

  it('a large generated part goes from the spool into a layout, and the spool is gone afterwards', async () => {
    const bytes = noise(3 << 20)
    const paths = pathsFrom({}, folder.path)
    {
      await using host = await session({ paths })
      const large: Part = { mediaType: 'text/plain', open: () => fromBytes(bytes) }
      const target = await host.open('oci:layout:v1', 'write')
      await host.publish({ artifactType: 'application/x.test', layers: [large] }, target, {
        tags: ['v1'],
        dryRun: false,
        signal,
      })
      const { bytes: written } = await target.registry.openBlob(target.repository, digestOf(bytes))
      expect(Buffer.from(await collect(written, { limit: 4 << 20, what: 'it' })).equals(bytes)).toBe(true)
    }
    expect(await readdir(paths.cache)).toEqual([])
  })

  it('opens an archive, which is there once it is committed, and can be written again in the same session', async () => {
    await using host = await session()
    for (const tag of ['v1', 'v2']) {
      const target = await host.open(`tar:layers.tar:${tag}`, 'write')
      const packed = { artifactType: 'application/x.test', layers: [part(tag)] }
      await host.publish(packed, target, { tags: [tag], dryRun: false, signal })
      const opened = await host.open('./layers.tar', 'read')
      expect(await Array.fromAsync(opened.registry.tags(opened.repository))).toContain(tag)
    }
    const opened = await host.open('tar:layers.tar', 'read')
    expect(await Array.fromAsync(opened.registry.tags(opened.repository))).toEqual(['v1', 'v2'])
  })

  it('says what to do with a folder that is no layout', async () => {
    await using host = await session()
    await mkdir(folder.join('plain'))
    await expect(host.open('./plain', 'read')).toFailWith('LOCATION_UNSUPPORTED')
    await expect(host.open('./nothing', 'read')).toFailWith('FILE_NOT_FOUND')
    await expect(host.open('-', 'read')).toFailWith('LOCATION_UNSUPPORTED')
  })

  it('knows the aliases of the configuration', async () => {
    await mkdir(folder.join('config'))
    await writeFile(
      folder.join('config/config.toml'),
      '[registries."example.com"]\nalias = "ex"\nbase = "team"\n[registries.localhost]\ndefault = true\n',
    )
    const paths = pathsFrom({ OCISH_CONFIG_DIR: folder.join('config') }, folder.path)
    await using host = await session({ paths })
    expect(await host.open('ex/app:v1', 'read')).toMatchObject({
      repository: 'team/app',
      display: 'example.com/team/app',
    })
    expect((await host.registries()).map((one) => one.host)).toEqual(['localhost', 'example.com'])
  })
})

describe('a person to ask', () => {
  it('is asked; --yes answers, and without one nothing is confirmed', async () => {
    await using alone = await session()
    await expect(alone.confirm('Delete it?')).toFailWith('CONFIRMATION_REQUIRED')
    await expect(alone.readSecret('Password: ')).toFailWith('USAGE_MISSING_ARGUMENT')
    await using yes = await session({ flags: { yes: true } })
    await yes.confirm('Delete it?')
    const asked: string[] = []
    await using person = await session({ confirm: async (question) => asked.push(question) > 1 })
    await expect(person.confirm('Delete it?')).toFailWith('CONFIRMATION_REQUIRED')
    await person.confirm('Really?')
    expect(asked).toEqual(['Delete it?', 'Really?'])
  })
})

describe('kinds', () => {
  it('a run configuration is packed, found by its type and described, with nothing but the session', async () => {
    await using host = await session()
    const file = {
      schema_version: 'v0.1.0',
      name: 'fetch',
      image: 'ghcr.io/stackloklabs/gofetch/server:1.0',
      transport: 'stdio',
    }
    await writeFile(folder.join('runconfig.json'), JSON.stringify(file))
    const source = await host.source('runconfig.json')
    const [info] = await host.kinds.matchSource(source)
    expect(info?.name).toBe('runconfig')
    const kind = await host.kinds.load('runconfig')
    const packed = await kind.pack?.(source, host.kinds.context(kind, {}, signal))
    if (!packed) throw new Error('nothing packed')
    const to = await host.open('example.com/team/fetch', 'write')
    await host.publish(packed, to, { tags: ['v1'], dryRun: false, signal })
    const received = await registry.openManifest('team/fetch', 'v1')
    const artifact = host.kinds.artifact(to, received, signal)
    expect((await host.kinds.match(to, artifact))?.name).toBe('runconfig')
    const model = await host.kinds.read(kind, artifact, host.kinds.context(kind, {}, signal))
    expect(kind.describe(model).title).toContain('fetch')
    expect(host.kindCommands.map((command) => command.signature.name)).toContain('runconfig export')
  })

  it('the section of a family holds for its kinds, that of a kind stands above it', async () => {
    await mkdir(folder.join('config'))
    const sections =
      '[[kinds.klaus.sources]]\nname = "a"\nregistry = "a.example"\n[kinds.klaus-plugin]\nsources = []\n'
    await writeFile(folder.join('config/config.toml'), sections)
    const paths = pathsFrom({ OCISH_CONFIG_DIR: folder.join('config') }, folder.path)
    await using host = await session({ paths })
    const settingsOf = async (name: string): Promise<unknown> =>
      host.kinds.context(await host.kinds.load(name), {}, signal).settings
    expect(await settingsOf('klaus-plugin')).toEqual({ sources: [] })
    const own = { sources: [{ name: 'a', registry: 'a.example' }] }
    expect(await settingsOf('klaus-personality')).toEqual(own)
  })

  it('what no kind knows has none, and --as decides', async () => {
    await using host = await session()
    const things = content({ blobs: { a: 'a' }, manifests: { m: { layers: ['a'] } }, tags: { v1: 'm' } })
    await things.push(registry, 'team/app')
    const place = await host.open('example.com/team/app:v1', 'read')
    const artifact = host.kinds.artifact(place, await registry.openManifest('team/app', 'v1'), signal)
    expect(await host.kinds.match(place, artifact)).toBeUndefined()
    expect((await host.kinds.match(place, artifact, 'runconfig'))?.name).toBe('runconfig')
    await expect(host.kinds.match(place, artifact, 'nothing')).toFailWith('KIND_UNKNOWN')
  })
})

it('a target is written relative to the working folder of the session', async () => {
  await using host = await session()
  await host.target('out', { force: false, signal }, async (target) => target.write('a', part('text').open()))
  expect(await readFile(folder.join('out/a'), 'utf8')).toBe('text')
})

it('a session without paths leaves no file of its own', async () => {
  await using host = await session()
  await host.exclusive('key', signal, async () => host.open('example.com/team/app', 'write'))
  expect(await readdir(folder.path)).toEqual([])
})

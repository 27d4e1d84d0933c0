import { mkdir, writeFile } from 'node:fs/promises'
import { createMemoryRegistry, logged, type Registry } from '@ocish/core'
import { serve } from '@ocish/server'
import { content, type TemporaryFolder, temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { pathsFrom } from './paths.ts'
import { containerEntries, type ContainerEntries, entryFor, placeIn } from './registries-conf.ts'
import { createSession } from './session.ts'
import type { SessionOptions } from './session-options.ts'

const things = content({ blobs: { a: 'a' }, manifests: { m: { layers: ['a'] } }, tags: { v1: 'm' } })
const { digest } = things.manifests.m.descriptor

let folder: TemporaryFolder
let warnings: string[]
let calls: string[]

beforeEach(async () => {
  folder = await temporaryFolder()
  warnings = []
  calls = []
})

afterEach(async () => folder[Symbol.asyncDispose]())

async function conf(text: string): Promise<ContainerEntries> {
  await mkdir(folder.join('etc'), { recursive: true })
  await writeFile(folder.join('etc/registries.conf'), text)
  return read()
}

async function read(env: Record<string, string> = {}): Promise<ContainerEntries> {
  const place = { env, home: folder.join('home'), system: folder.join('etc') }
  return containerEntries(place, (message) => warnings.push(message))
}

/** Where a repository is read by an entry, its mirrors and then its own place. */
function places(entries: ContainerEntries, host: string, repository: string): readonly string[] | undefined {
  const entry = entryFor(entries, host, repository)
  return (
    entry &&
    [...entry.mirrors, ...(entry.location ? [entry.location] : [])].map((source) => {
      const place = placeIn(source, entry, host, repository)
      return `${place.host}/${place.repository}`
    })
  )
}

const remapped = `
unqualified-search-registries = ["docker.io"]

[[registry]]
prefix = "example.com/foo"
location = "internal.example.com/bar"
[[registry.mirror]]
location = "one.example.com/mirrors/foo"
[[registry.mirror]]
location = "two.example.com:5000"
insecure = true
pull-from-mirror = "digest-only"

[[registry]]
location = "example.com"
[[registry.mirror]]
location = "whole.example.com"

[[registry]]
prefix = "example.com/foo/deep/image"
blocked = true

[[registry]]
prefix = "*.corp.example.com"
[[registry.mirror]]
location = "corp-mirror.example.com"

[[registry]]
prefix = "index.docker.io"
mirror-by-digest-only = true
[[registry.mirror]]
location = "hub.example.com/hub"
`

describe('the longest prefix decides', () => {
  test.each([
    [
      'example.com',
      'foo/app',
      ['one.example.com/mirrors/foo/app', 'two.example.com:5000/app', 'internal.example.com/bar/app'],
    ],
    [
      'example.com',
      'foo',
      ['one.example.com/mirrors/foo', 'two.example.com:5000/', 'internal.example.com/bar'],
    ],
    ['example.com', 'foobar/app', ['whole.example.com/foobar/app']],
    ['example.com', 'foo/deep/image', []],
    [
      'example.com',
      'foo/deep/images',
      [
        'one.example.com/mirrors/foo/deep/images',
        'two.example.com:5000/deep/images',
        'internal.example.com/bar/deep/images',
      ],
    ],
    ['a.b.corp.example.com', 'app', ['corp-mirror.example.com/app']],
    ['corp.example.com', 'app', undefined],
    ['docker.io', 'library/alpine', ['hub.example.com/hub/library/alpine']],
    ['quay.io', 'app', undefined],
  ])('%s/%s', async (host, repository, expected) => {
    expect(places(await conf(remapped), host, repository)).toEqual(expected)
  })

  it('carries what each mirror is asked for and how', async () => {
    const entries = await conf(remapped)
    const told = entries.flatMap(({ mirrors }) =>
      mirrors.map(({ location, asked, insecure }) => [location, asked, insecure]),
    )
    expect(told).toContainEqual(['two.example.com:5000', 'digest-only', true])
    expect(told).toContainEqual(['hub.example.com/hub', 'digest-only', false])
    expect(told).toContainEqual(['whole.example.com', 'all', false])
    expect(entries.filter(({ blocked }) => blocked).map(({ prefix }) => prefix)).toEqual([
      'example.com/foo/deep/image',
    ])
  })
})

const entry = (prefix: string, mirror: string): string =>
  `[[registry]]\nprefix = "${prefix}"\n[[registry.mirror]]\nlocation = "${mirror}"\n`

describe('files', () => {
  it('the user’s takes the place of the system’s; registries.conf.d goes over both, by entry', async () => {
    const user = folder.join('home/.config/containers')
    await conf(entry('a.example', 'system'))
    await mkdir(`${user}/registries.conf.d`, { recursive: true })
    await writeFile(`${user}/registries.conf`, entry('b.example', 'user') + entry('c.example', 'user'))
    await writeFile(`${user}/registries.conf.d/02.conf`, entry('c.example', 'second'))
    await writeFile(`${user}/registries.conf.d/01.conf`, entry('c.example', 'first'))
    await writeFile(`${user}/registries.conf.d/03.conf~`, entry('c.example', 'backup'))
    const found = (await read()).map(({ prefix, mirrors }) => `${prefix} ${mirrors[0]?.location}`)
    expect(found.toSorted()).toEqual(['b.example user', 'c.example second'])
  })

  it('$CONTAINERS_REGISTRIES_CONF is read alone', async () => {
    await conf(entry('a.example', 'system'))
    await writeFile(folder.join('own.conf'), entry('z.example', 'own'))
    const found = await read({ CONTAINERS_REGISTRIES_CONF: folder.join('own.conf') })
    expect(found.map(({ prefix }) => prefix)).toEqual(['z.example'])
  })

  it('what is no TOML says nothing, with a warning', async () => {
    expect(await conf('[[registry]]\nprefix = \n')).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('is not TOML')])
  })
})

function named(name: string): Registry {
  return logged(createMemoryRegistry({ name }), ({ method, repository }) =>
    calls.push(`${name} ${method} ${repository ?? ''}`),
  )
}

async function opened(text: string, more: Partial<SessionOptions> = {}): ReturnType<typeof createSession> {
  await writeFile(folder.join('own.conf'), text)
  return createSession({
    version: '0',
    cwd: folder.path,
    home: folder.path,
    env: { CONTAINERS_REGISTRIES_CONF: folder.join('own.conf') },
    paths: pathsFrom({}, folder.path),
    ...more,
  })
}

describe('a session', () => {
  it('reads a namespace through its mirror, the rest from the registry; lists and writes do not go there', async () => {
    const origin = named('origin')
    const mirror = named('mirror')
    await things.push(origin, 'team/app')
    await things.push(origin, 'other/app')
    await things.push(mirror, 'copy/app')
    calls.length = 0
    await using one = await serve(origin)
    await using two = await serve(mirror)
    await using session = await opened(entry(`${one.host}/team`, `${two.host}/copy`))
    for (const name of ['team/app', 'other/app']) {
      const { registry, repository } = await session.open(`${one.host}/${name}@${digest}`, 'read')
      // oxlint-disable-next-line no-await-in-loop
      await registry.openManifest(repository, digest)
      // oxlint-disable-next-line no-await-in-loop
      expect(await Array.fromAsync(registry.tags(repository))).toEqual(['v1'])
    }
    expect(calls.filter((call) => call.includes('openManifest'))).toEqual([
      'mirror openManifest copy/app',
      'origin openManifest other/app',
    ])
    expect(calls.filter((call) => call.includes('tags'))).toEqual([
      'origin tags team/app',
      'origin tags other/app',
    ])
  })

  it('reads a registry where it was moved to, and never asks the place that is named', async () => {
    const moved = named('moved')
    await things.push(moved, 'bar/app')
    await using server = await serve(moved)
    await using session = await opened(
      `[[registry]]\nprefix = "gone.invalid/foo"\nlocation = "${server.host}/bar"\n`,
      { flags: { noCache: true } },
    )
    const { registry, repository } = await session.open('gone.invalid/foo/app:v1', 'read')
    expect((await registry.statManifest(repository, 'v1')).descriptor.digest).toBe(digest)
    expect(await Array.fromAsync(registry.tags(repository))).toEqual(['v1'])
  })

  it('asks a mirror that is for digests only for nothing else', async () => {
    const origin = named('origin')
    const mirror = named('mirror')
    for (const registry of [origin, mirror]) await things.push(registry, 'app')
    calls.length = 0
    await using one = await serve(origin)
    await using two = await serve(mirror)
    const text = `${entry(one.host, two.host)}pull-from-mirror = "digest-only"\n`
    await using session = await opened(text, { flags: { noCache: true } })
    const { registry, repository } = await session.open(`${one.host}/app:v1`, 'read')
    await registry.openManifest(repository, 'v1')
    await registry.openManifest(repository, digest)
    expect(calls).toEqual(['origin openManifest app', 'mirror openManifest app'])
  })

  it('refuses what is blocked before anybody is asked, also to list it', async () => {
    await using session = await opened('[[registry]]\nprefix = "blocked.invalid/team"\nblocked = true\n')
    const { registry, repository } = await session.open('blocked.invalid/team/app:v1', 'read')
    await expect(registry.openManifest(repository, 'v1')).toFailWith('RESTRICTED')
    await expect(Array.fromAsync(registry.tags(repository))).toFailWith('RESTRICTED')
    await expect(session.open('blocked.invalid/team/app:v1', 'write')).toFailWith('RESTRICTED')
    expect((await session.open('blocked.invalid/teams/app:v1', 'write')).repository).toBe('teams/app')
  })

  it('speaks plain HTTP with an insecure mirror that has no TLS, and with no other', async () => {
    const mirror = named('mirror')
    await things.push(mirror, 'app')
    await using server = await serve(mirror, { hosts: ['mirror.invalid'] })
    // A name that is not the loopback: nothing but the entry makes it plain.
    const host = `mirror.invalid:${new URL(server.url).port}`
    const flags = { noCache: true, resolve: [`${host}:127.0.0.1`] }
    for (const [insecure, works] of [
      [true, true],
      [false, false],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      await using session = await opened(`${entry('origin.invalid', host)}insecure = ${insecure}\n`, {
        flags,
      })
      // oxlint-disable-next-line no-await-in-loop
      const { registry, repository } = await session.open(`origin.invalid/app@${digest}`, 'read')
      const opening = registry.openManifest(repository, digest)
      // oxlint-disable-next-line no-await-in-loop
      if (works) expect((await opening).descriptor.digest).toBe(digest)
      // oxlint-disable-next-line no-await-in-loop
      else await expect(opening).toFailWith('NETWORK_FAILED')
    }
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import {
  collect,
  createMemoryRegistry,
  ForwardingRegistry,
  logged,
  type ManifestContent,
  type Registry,
} from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { serve } from '@ocish/server'
import { content, temporaryFolder } from '@ocish/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { mirrored, type ReadPlan } from './mirrored.ts'
import { pathsFrom } from './paths.ts'
import { createSession } from './session.ts'

const things = content({ blobs: { a: 'a' }, manifests: { m: { layers: ['a'] } }, tags: { v1: 'm' } })
const { digest } = things.manifests.m.descriptor
const layer = things.blobs.a.descriptor

let calls: string[]
let warnings: string[]

beforeEach(() => {
  calls = []
  warnings = []
})

function named(name: string): Registry {
  return logged(createMemoryRegistry({ name }), (call) => calls.push(`${name} ${call.method}`))
}

async function filled(name: string): Promise<Registry> {
  const registry = named(name)
  await things.push(registry, 'team/app')
  calls.length = 0
  return registry
}

class Broken extends ForwardingRegistry {
  override async openManifest(): Promise<ManifestContent> {
    throw new OcishError('NETWORK_FAILED', 'cannot connect')
  }
}

function reads(...mirrors: readonly Registry[]): (repository: string) => Promise<ReadPlan> {
  return async (repository) => ({
    mirrors: mirrors.map((registry) => ({ registry, repository, asked: 'all' as const })),
  })
}

const warn = (message: string): unknown => warnings.push(message)

describe('mirrors', () => {
  it('are asked in order for what is read; what none of them has comes from the origin', async () => {
    const registry = mirrored(await filled('origin'), reads(named('one'), await filled('two')), warn)
    await registry.openManifest('team/app', digest)
    expect(calls).toEqual(['one openManifest', 'two openManifest'])
    calls.length = 0
    const { bytes } = await registry.openBlob('team/app', layer)
    expect(Buffer.from(await collect(bytes, { limit: 10, what: 'a' })).toString()).toBe('a')
    expect(calls).toEqual(['one openBlob', 'two openBlob'])
    await expect(registry.openManifest('team/app', 'v2')).toFailWith('MANIFEST_NOT_FOUND')
    expect(calls.at(-1)).toBe('origin openManifest')
    expect(warnings).toEqual([])
  })

  it('hear nothing of lists and writes', async () => {
    const registry = mirrored(await filled('origin'), reads(await filled('one')), warn)
    await Array.fromAsync(registry.tags('team/app'))
    await registry.statBlob('team/app', layer.digest)
    await registry.deleteTag('team/app', 'v1')
    expect(calls).toEqual(['origin tags', 'origin statBlob', 'origin deleteTag'])
  })

  it('that fail are left out after one warning, and the answer comes from elsewhere', async () => {
    const registry = mirrored(await filled('origin'), reads(new Broken(named('one'))), warn)
    await registry.openManifest('team/app', digest)
    await registry.openManifest('team/app', digest)
    expect(calls).toEqual(['origin openManifest', 'origin openManifest'])
    expect(warnings).toEqual(['the mirror one of origin is left out: cannot connect'])
  })

  it('come from the configuration, with a namespace; the line’s headers do not go to them', async () => {
    await using folder = await temporaryFolder()
    const origin = await filled('origin')
    const mirror = named('mirror')
    await things.push(mirror, 'ghcr/team/app')
    await using originServer = await serve(origin)
    const seen: (string | undefined)[] = []
    await using mirrorServer = await serve(mirror)
    await mkdir(folder.join('.config/ocish'), { recursive: true })
    const config = `[registries."${originServer.host}"]\nmirrors = ["${mirrorServer.host}/ghcr"]\n`
    await writeFile(folder.join('.config/ocish/config.toml'), config)
    calls.length = 0
    await using session = await createSession({
      version: '0',
      cwd: folder.path,
      home: folder.path,
      env: {},
      paths: pathsFrom({}, folder.path),
      flags: { header: ['x-key: planted'] },
      trace: (event) => {
        if (event.type === 'request')
          seen.push(`${new URL(event.url).host} ${event.headers['x-key'] ?? 'none'}`)
      },
    })
    const opened = await session.open(`${originServer.host}/team/app@${digest}`, 'read')
    await opened.registry.openManifest(opened.repository, digest)
    expect(seen).toEqual([`${mirrorServer.host} none`])
    const written = await session.open(`${originServer.host}/team/app@${digest}`, 'write')
    await written.registry.statManifest('team/app', digest)
    expect(seen.at(-1)).toBe(`${originServer.host} …`)
  })
})

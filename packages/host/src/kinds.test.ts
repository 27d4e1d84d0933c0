import { createMemoryRegistry, logged, type Place, readManifest } from '@ocish/core'
import { defineKind, type Kind, type Match, OcishError } from '@ocish/sdk'
import { content } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import type { KindEntry } from './kind-table.ts'
import { KindTable, type KindRule } from './kinds.ts'

const { signal } = new AbortController()

function entry(name: string, match: readonly Match[], kind: Partial<Kind> = {}): KindEntry {
  const full = defineKind<unknown>({
    name,
    match,
    read: async () => ({}),
    describe: () => ({ title: name, fields: [] }),
    ...kind,
  })
  return { name, family: name, match, package: `kind-${name}`, load: async () => full }
}

function table(
  entries: readonly KindEntry[],
  rules: readonly KindRule[] = [],
  settings: Record<string, unknown> = {},
): KindTable {
  const none = (): never => {
    throw new TypeError('not in this test')
  }
  return new KindTable({
    entries,
    rules,
    settings: () => settings,
    lookup: () => ({ resolve: none, versions: none, repositories: none, open: none }),
    warn: () => undefined,
    progress: () => undefined,
    abilities: none,
    signal,
  })
}

const image = {
  blobs: {
    config: { config: { Labels: { team: 'a', 'io.example.kind': 'x' } } },
    layer: 'layer',
    huge: 'x'.repeat(1024 * 1024 + 1),
  },
  manifests: {
    image: {
      config: { blob: 'config' as const, mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [{ blob: 'layer' as const, mediaType: 'application/x.layer' }],
      annotations: { 'io.example': 'yes' },
    },
    artifact: { artifactType: 'application/x.type', layers: ['layer' as const] },
    huge: {
      config: { blob: 'huge' as const, mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: ['layer' as const],
    },
  },
  tags: { image: 'image' as const, artifact: 'artifact' as const, huge: 'huge' as const },
}

async function matched(kinds: KindTable, tag: string, place?: Place): Promise<string | undefined> {
  const registry = place?.registry ?? createMemoryRegistry({ name: 'example.com' })
  const at = place ?? { registry, repository: 'team/app' }
  await content(image).push(registry, at.repository)
  return (await kinds.match(at, await readManifest(at, tag)))?.name
}

describe('choosing a kind', () => {
  const fields: readonly (readonly [string, Match])[] = [
    ['configMediaType', { configMediaType: 'application/vnd.oci.image.config.v1+json' }],
    ['configLabel', { configLabel: 'team' }],
    ['configLabel with a value', { configLabel: 'io.example.kind=x' }],
    ['layerMediaType', { layerMediaType: 'application/x.layer' }],
    ['annotation', { annotation: 'io.example=yes' }],
    ['repositoryPrefix', { repositoryPrefix: 'example.com/team/' }],
    ['manifestMediaType', { manifestMediaType: 'application/vnd.oci.image.manifest.v1+json' }],
  ]
  it.each(fields)('%s matches', async (_, match) => {
    expect(await matched(table([entry('one', [match])]), 'image')).toBe('one')
  })

  it.each<Match>([
    {},
    { configLabel: 'team=b' },
    { annotation: 'io.example=no' },
    { annotation: 'toString' },
    { artifactType: 'application/x.type', layerMediaType: 'application/x.other' },
    { repositoryPrefix: 'example.com/team/b' },
  ])('%j does not', async (match) => {
    expect(await matched(table([entry('one', [match])]), 'image')).toBeUndefined()
    expect(await matched(table([entry('one', [match])]), 'artifact')).toBeUndefined()
  })

  it('the earlier field wins, whatever the number of the later ones', async () => {
    const label = entry('label', [{ configLabel: 'team' }])
    const rest = entry('rest', [
      { layerMediaType: 'application/x.layer', annotation: 'io.example', repositoryPrefix: 'example.com/' },
    ])
    expect(await matched(table([rest, label]), 'image')).toBe('label')
    expect(await matched(table([label, rest]), 'image')).toBe('label')
  })

  it('among the same first fields the one with more fields wins', async () => {
    const type = { layerMediaType: 'application/x.layer' }
    const more = entry('more', [{ ...type, manifestMediaType: 'application/vnd.oci.image.manifest.v1+json' }])
    expect(await matched(table([entry('plain', [type]), more]), 'image')).toBe('more')
  })

  it('two equal ones are reported by name; --as or a rule of the configuration decides', async () => {
    const two = [
      entry('one', [{ annotation: 'io.example' }]),
      entry('two', [{ annotation: 'io.example=yes' }]),
    ]
    await expect(matched(table(two), 'image')).toFailWith('KIND_AMBIGUOUS')
    const error = await matched(table(two), 'image').catch((cause: unknown) => cause)
    expect(error).toMatchObject({ details: { kinds: ['one', 'two'] } })
    expect(await matched(table(two, [{ kind: 'two', annotation: 'io.example' }]), 'image')).toBe('two')
    expect(
      await matched(
        table(two, [{ kind: 'two', repositoryPrefix: 'example.com/', annotation: 'io.example' }]),
        'image',
      ),
    ).toBe('two')
  })

  it('two matches of one kind are no conflict', async () => {
    const one = entry('one', [{ annotation: 'io.example' }, { annotation: 'io.example=yes' }])
    expect(await matched(table([one]), 'image')).toBe('one')
  })

  it('the configuration is read once, only when a label matters, and never above 1 MiB', async () => {
    const reads: string[] = []
    const registry = logged(createMemoryRegistry({ name: 'example.com' }), (call) => {
      if (call.method === 'openBlob') reads.push(call.target ?? '')
    })
    const place = { registry, repository: 'team/app' }
    const kinds = table([entry('one', [{ configLabel: 'team' }]), entry('two', [{ configLabel: 'other' }])])
    await matched(table([entry('one', [{ annotation: 'io.example' }])]), 'image', place)
    expect(reads).toHaveLength(0)
    expect(await matched(kinds, 'image', place)).toBe('one')
    expect(await matched(kinds, 'image', place)).toBe('one')
    expect(reads).toHaveLength(1)
    expect(await matched(kinds, 'huge', place)).toBeUndefined()
    expect(await matched(kinds, 'artifact', place)).toBeUndefined()
    expect(reads).toHaveLength(1)
  })
})

describe('a kind', () => {
  it('of another contract is not loaded, and one that throws is named', async () => {
    const old = {
      ...entry('old', []),
      load: async () => ({ ...(await entry('old', []).load()), apiVersion: 0 }) as unknown as Kind,
    }
    const broken = {
      ...entry('broken', []),
      load: async () => {
        throw new SyntaxError('no')
      },
    }
    await expect(table([old]).load('old')).toFailWith('PLUGIN_API_UNSUPPORTED')
    await expect(table([broken]).load('broken')).toFailWith('KIND_FAILED')
    await expect(table([]).load('nothing')).toFailWith('KIND_UNKNOWN')
  })

  it('reads through its schema; what it throws has a code', async () => {
    const registry = createMemoryRegistry()
    await content(image).push(registry, 'team/app')
    const place = { registry, repository: 'team/app' }
    const issues = [{ message: 'must be a text', path: ['a', { key: 1 }] }]
    const schema: NonNullable<Kind['schema']> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => (value === 'good' ? { value: 'checked' } : { issues }),
      },
    }
    const read = async (kind: Partial<Kind>): Promise<unknown> => {
      const kinds = table([entry('one', [], kind)])
      const loaded = await kinds.load('one')
      const artifact = kinds.artifact(place, await registry.openManifest('team/app', 'image'), signal)
      return kinds.read(loaded, artifact, kinds.context(loaded, {}, signal))
    }
    expect(await read({ schema, read: async () => 'good' })).toBe('checked')
    await expect(read({ schema, read: async () => 'bad' })).toFailWith('KIND_INPUT_INVALID')
    await expect(read({ read: async () => JSON.parse('{') as unknown })).toFailWith('KIND_FAILED')
    const own = async (): Promise<never> => {
      throw new OcishError('KIND_INPUT_INVALID', 'no layer')
    }
    await expect(read({ read: own })).toFailWith('KIND_INPUT_INVALID')
  })

  it('gets only settings that its own schema takes', async () => {
    const settings = {
      type: 'object',
      additionalProperties: false,
      properties: { width: { type: 'integer' } },
    }
    const kinds = (given: Record<string, unknown>): KindTable =>
      table([entry('one', [], { settings })], [], given)
    const kind = await kinds({}).load('one')
    expect(kinds({ width: 3 }).context(kind, {}, signal).settings).toEqual({ width: 3 })
    expect(() => kinds({ width: 'x' }).context(kind, {}, signal)).toFailWith('CONFIG_INVALID')
    expect(() => kinds({ depth: 3 }).context(kind, {}, signal)).toFailWith('CONFIG_INVALID')
  })

  it('T50 what a kind is given holds no registry, no credential and no file', async () => {
    const kinds = table([entry('one', [])])
    const registry = createMemoryRegistry()
    await content(image).push(registry, 'team/app')
    const artifact = kinds.artifact(
      { registry, repository: 'team/app' },
      await registry.openManifest('team/app', 'image'),
      signal,
    )
    const context = kinds.context(await kinds.load('one'), {}, signal)
    const seen = new Set<unknown>()
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value))
        return
      seen.add(value)
      for (const key of Reflect.ownKeys(value)) walk(Reflect.get(value, key))
    }
    walk(artifact)
    walk({ ...context, signal: undefined })
    expect(seen.has(registry)).toBe(false)
    expect(Object.keys(context).toSorted()).toEqual([
      'features',
      'file',
      'lookup',
      'options',
      'progress',
      'settings',
      'signal',
      'warn',
    ])
    expect(Object.keys(context.lookup).toSorted()).toEqual(['open', 'repositories', 'resolve', 'versions'])
    expect(Object.isFrozen(artifact)).toBe(true)
  })
})

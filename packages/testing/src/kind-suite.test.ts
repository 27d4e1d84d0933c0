import { readFile } from 'node:fs/promises'
import { digestOf, packageField } from '@ocish/sdk'
import { describe, expect, test } from 'vitest'
import { bytesOf, opened, readAll } from './content.ts'
import { kindContext } from './kind-context.ts'
import { memoryFile, memorySource, memoryTarget } from './kind-doubles.ts'
import note from './kind-suite/example-kind.ts'
import { hostileTar } from './kind-suite/tar.ts'
import { describeKind } from './kind-suite.ts'
import { artifactIn, artifactOf } from './memory-artifact.ts'

describeKind(note, {
  packageJson: { ocish: packageField([note]) },
  cases: [{ name: 'a short note', source: () => memoryFile('a.note', 'Milk\nand bread\n') }],
  refusals: [{ name: 'a long note', artifact: () => artifactOf({ layers: [] }), code: 'KIND_INPUT_INVALID' }],
})

test("the example of the SDK's README is this kind", async () => {
  const code = await readFile(new URL('kind-suite/example-kind.ts', import.meta.url), 'utf8')
  const readme = await readFile(new URL('../../sdk/README.md', import.meta.url), 'utf8')
  expect(readme).toContain(code)
})

describe('memorySource', () => {
  const source = memorySource({
    'a/b.txt': 'hello',
    'a/c/d': 'x',
    link: { link: 'a' },
    run: { content: '', mode: 0o755 },
  })

  test('lists one folder at a time, in order', async () => {
    const names = async (dir: string) =>
      (await Array.fromAsync(source.list(dir))).map(({ path, kind }) => `${kind} ${path}`)
    expect(await names('')).toEqual(['folder a', 'link link', 'file run'])
    expect(await names('a')).toEqual(['file a/b.txt', 'folder a/c'])
  })

  test('knows sizes, modes and links, and reads ranges', async () => {
    expect(await source.stat('run')).toMatchObject({ size: 0, mode: 0o755 })
    expect(await source.readlink('link')).toBe('a')
    expect(new TextDecoder().decode(await readAll(source.open('a/b.txt', { start: 1, end: 3 })))).toBe('el')
    await expect(source.stat('none')).toFailWith('FILE_NOT_FOUND')
    await expect(readAll(source.open('none'))).toFailWith('FILE_NOT_FOUND')
  })
})

describe('memoryTarget', () => {
  test.each(['/a', '../a', 'a/../../b', 'a//b', './a', 'a\\b', 'C:a', 'a\0'])('refuses %j', async (path) => {
    await expect(memoryTarget().write(path, opened('x')())).toFailWith('TARGET_UNSAFE')
  })

  test('refuses links out, writing through links and names that exist', async () => {
    const target = memoryTarget()
    await expect(target.link('a', '../b')).toFailWith('TARGET_UNSAFE')
    await expect(target.link('a', '/b')).toFailWith('TARGET_UNSAFE')
    await target.link('d/a', '../b')
    await expect(target.write('d/a/c', opened('x')())).toFailWith('TARGET_UNSAFE')
    await expect(target.write('d/a', opened('x')())).toFailWith('FILE_EXISTS')
  })

  test('a file whose content fails is not there', async () => {
    const target = memoryTarget()
    const failing = async function* () {
      yield bytesOf('half')
      throw new Error('broken')
    }
    await expect(target.write('a', failing())).rejects.toThrow('broken')
    expect(target.entries.size).toBe(0)
  })
})

describe('artifactOf', () => {
  const layer = (text: string, mediaType = 'text/plain') => ({ mediaType, open: opened(text) })

  test('measures layers for configuration and annotations', async () => {
    const tar = hostileTar([{ name: 'a', content: 'x' }], 'x.tar')
    const packed = hostileTar([{ name: 'a', content: 'x' }], 'x.tar+gzip')
    const artifact = await artifactOf({
      layers: [{ mediaType: 'application/x.tar+gzip', open: opened(packed) }],
      config: ([first]) => layer(first?.diffId ?? ''),
      annotations: ([first]) => ({ size: String(first?.size) }),
    })
    expect(artifact.annotations).toEqual({ size: String(packed.length) })
    const { config } = artifact
    expect(config && new TextDecoder().decode(await readAll(artifact.open(config)))).toBe(digestOf(tar))
  })

  test('a part that claims a wrong digest fails', async () => {
    const digest = digestOf(bytesOf('other'))
    await expect(artifactOf({ layers: [{ ...layer('x'), digest }] })).toFailWith('DIGEST_MISMATCH')
  })

  test('an index gives its children, all or by platform', async () => {
    const platform = { os: 'linux', architecture: 'arm64' }
    const index = await artifactOf({
      index: [{ packed: { layers: [layer('a')] } }, { platform, packed: { layers: [layer('b')] } }],
    })
    expect(await index.children()).toHaveLength(2)
    const [child] = await index.children(platform)
    expect(child?.layers[0]?.digest).toBe(digestOf(bytesOf('b')))
  })

  test('content that differs from its descriptor fails at its end', async () => {
    const good = await artifactOf({ layers: [layer('hello')] })
    const [part] = good.layers
    const artifact = artifactIn(new Map([[part?.digest ?? '', opened('jello')]]), good.bytes)
    await expect(readAll(artifact.open(part ?? good.descriptor))).toFailWith('DIGEST_MISMATCH')
  })
})

test('kindContext looks up what it was given and collects warnings', async () => {
  const artifact = await artifactOf({ layers: [] })
  const context = kindContext({ artifacts: { 'ghcr.io/a/b:1': artifact, 'ghcr.io/a/b:2': artifact } })
  context.warn('careful')
  expect(context.warnings).toEqual(['careful'])
  expect(await context.lookup.resolve('ghcr.io/a/b:1')).toEqual(artifact.descriptor)
  expect(await Array.fromAsync(context.lookup.versions('ghcr.io/a/b'))).toEqual(['1', '2'])
  expect(await Array.fromAsync(context.lookup.repositories('ghcr.io/a'))).toEqual(['ghcr.io/a/b'])
  await expect(context.lookup.open('ghcr.io/a/b:3')).toFailWith('MANIFEST_NOT_FOUND')
})

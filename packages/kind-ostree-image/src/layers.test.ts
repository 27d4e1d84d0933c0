import { openRepo, walk } from '@ocish/ostree-repo'
import type { Artifact } from '@ocish/sdk'
import { artifactOf, kindContext } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { imageOptions } from './image-options.ts'
import { readImage } from './model.ts'
import { openCommit } from './open-commit.ts'
import { gnuEntry, releasedImage } from './ostree-ext.test-kit.ts'
import { packEncapsulated, type EncapsulateOptions } from './pack-encapsulated.ts'
import { packPlain } from './pack-plain.ts'
import { smallRef, smallRepo, smallSource, type SmallTree } from './small-repo.test-kit.ts'
import { validateImage } from './validate-image.ts'

const context = kindContext()

/** Packages `a`, `b`, … each with a file of its own in the package database of the tree. */
function packages(contents: Readonly<Record<string, string>>): SmallTree {
  const lists = Object.keys(contents).map((name) => [`${name}.list`, `/usr/share/${name}\n`])
  return { usr: { lib: { dpkg: { info: Object.fromEntries(lists) as SmallTree } }, share: contents } }
}

async function encapsulated(tree: SmallTree, options: Partial<EncapsulateOptions> = {}): Promise<Artifact> {
  const source = await openCommit(await smallRepo(tree), smallRef, false)
  const all = { ...imageOptions({}), formatVersion: 1, copyMeta: [], ...options } as const
  return artifactOf(await packEncapsulated(source, all, context))
}

/** Digests of the layers by the packages in them. */
async function layersOf(artifact: Artifact): Promise<ReadonlyMap<string, string>> {
  const { layers } = await readImage(artifact)
  return new Map(layers.slice(1).map(({ components, descriptor }) => [components.join(), descriptor.digest]))
}

describe('layers by package', () => {
  it('stay the same where their packages do, when the earlier build is named', async () => {
    const before = await encapsulated(packages({ a: 'a1', b: 'b1', c: 'c1' }))
    const prior = (await readImage(before)).layers.slice(1).map(({ components }) => components)
    const after = await encapsulated(packages({ a: 'a1', b: 'b2', d: 'd1' }), { prior })
    const [old, now] = [await layersOf(before), await layersOf(after)]
    expect(now.get('a')).toBe(old.get('a'))
    expect(now.get('b')).toBeDefined()
    expect(now.get('b')).not.toBe(old.get('b'))
    expect([...now.keys()]).toEqual(
      [...old.keys()].map((names) => (names === '' ? 'd' : names)).filter((names) => names !== 'c'),
    )
  })

  it('are those of a content metadata file when there is one', async () => {
    const tree = packages({ a: 'a1', b: 'b1' })
    const repo = await smallRepo(tree)
    const mapping: Record<string, string> = {}
    for await (const node of walk(repo, await repo.commit(await repo.resolve(smallRef))))
      if (node.type === 'file') mapping[node.checksum] = node.path.startsWith('usr/share/') ? 'mine' : 'rest'
    const json = { version: 1, layers: { mine: 'My files', rest: 'The rest', none: 'Nothing' }, mapping }
    const image = await readImage(
      await encapsulated(tree, { contentMeta: Buffer.from(JSON.stringify(json)) }),
    )
    expect(image.layers.slice(1).map(({ components, history }) => [components.join(), history])).toEqual([
      ['mine', 'My files'],
      ['rest', 'The rest'],
    ])
    for (const bad of ['[]', '{"version":2,"layers":{},"mapping":{}}', '{"version":1}', 'no JSON'])
      await expect(encapsulated(tree, { contentMeta: Buffer.from(bad) })).toFailWith('KIND_INPUT_INVALID')
  })

  it.each([2, 3])('%i are too few to divide a tree, for either kind of image', async (maxLayers) => {
    await expect(encapsulated(packages({ a: '1' }), { maxLayers })).toFailWith('USAGE_INVALID_VALUE')
    const source = await openCommit(await smallRepo(), smallRef, false)
    const options = imageOptions({ 'max-layers': maxLayers })
    await expect(packPlain(source, options, context)).toFailWith('USAGE_INVALID_VALUE')
  })
})

describe('validate', () => {
  it('finds hard links to nothing', async () => {
    const more = [gnuEntry('usr/bin/dangling', '1', { target: 'usr/bin/absent' })]
    const artifact = await artifactOf(
      await releasedImage(await openRepo(await smallSource()), smallRef, { more }),
    )
    expect(await Array.fromAsync(validateImage(artifact, context))).toMatchObject([
      { code: 'HARDLINK_TARGET', path: 'layers[0]//usr/bin/dangling' },
    ])
  })

  it('finds a time in a layer of an encapsulated image', async () => {
    const more = [gnuEntry('usr/bin/late', '0', { bytes: Buffer.from('x'), mtime: 5 })]
    const artifact = await artifactOf(
      await releasedImage(await openRepo(await smallSource()), smallRef, { more }),
    )
    expect(await Array.fromAsync(validateImage(artifact, context))).toMatchObject([{ code: 'TIME_NOT_ZERO' }])
  })

  it('has nothing to say of what is made here', async () => {
    expect(await Array.fromAsync(validateImage(await encapsulated(packages({ a: '1' })), context))).toEqual(
      [],
    )
    const source = await openCommit(await smallRepo(), smallRef, false)
    for (const flags of [{}, { 'max-layers': 4 }]) {
      const artifact = await artifactOf(await packPlain(source, imageOptions(flags), context))
      expect(await Array.fromAsync(validateImage(artifact, context))).toEqual([])
    }
  })
})

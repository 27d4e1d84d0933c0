import { hash } from 'node:crypto'
import {
  createRepo,
  encodeCommit,
  encodeDirMeta,
  encodeDirTree,
  fsck,
  openRepo,
  type ObjectKind,
  type Repository,
} from '@ocish/ostree-repo'
import type { Artifact } from '@ocish/sdk'
import { artifactOf, kindContext, memorySource, memoryTarget } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { importEncapsulated } from './import-encapsulated.ts'
import { listImage } from './list-image.ts'
import { readImage } from './model.ts'
import {
  gnuEntry,
  imageOfEntries,
  objectEntry,
  releasedImage,
  type ReleasedOptions,
} from './ostree-ext.test-kit.ts'
import { smallRef, smallSource } from './small-repo.test-kit.ts'
import { validateImage } from './validate-image.ts'

const context = kindContext()
const repo = await openRepo(await smallSource())
const commit = await repo.resolve(smallRef)

async function released(options: ReleasedOptions = {}): Promise<Artifact> {
  return artifactOf(await releasedImage(repo, smallRef, options))
}

async function imported(
  artifact: Artifact,
): Promise<{ readonly back: Repository; readonly checksum: string }> {
  const target = memoryTarget()
  const image = await readImage(artifact)
  const checksum = await importEncapsulated(artifact, image, await createRepo(target), context)
  const files: Record<string, Uint8Array | string> = { 'objects/.keep': '' }
  for (const [path, entry] of target.entries) if (entry.kind === 'file') files[path] = entry.bytes
  return { back: await openRepo(memorySource(files)), checksum }
}

describe('images in the byte shapes of ostree-ext 0.15.3 (ostree.md §15, [E])', () => {
  it('are read: no mediaType, var/tmp twice, attributes behind hard links, long names as GNU has them', async () => {
    const artifact = await released()
    expect(JSON.parse(Buffer.from(artifact.bytes).toString())).not.toHaveProperty('mediaType')
    expect(await readImage(artifact)).toMatchObject({
      form: 'encapsulated',
      commit,
      layers: [{ isDerived: false }],
    })
    const paths = (await Array.fromAsync(listImage(artifact, context))).map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['usr/bin/hello', 'etc/conf', 'var/tmp']))
    expect(await Array.fromAsync(validateImage(artifact, context))).toEqual([])
  })

  it('give back the commit', async () => {
    const { back, checksum } = await imported(await released())
    expect(checksum).toBe(commit)
    expect(await fsck(back, checksum).next()).toMatchObject({ done: true, value: { faults: 0 } })
  })

  it('are refused when objects are missing, which their own reader does not notice', async () => {
    const artifact = await released({ withoutSysroot: true })
    await expect(imported(artifact)).toFailWith('OSTREE_OBJECT_MISSING')
    const findings = await Array.fromAsync(validateImage(artifact, context))
    expect(findings).toMatchObject([{ severity: 'error', code: 'OSTREE_OBJECT_MISSING' }])
    expect(findings[0]?.message).toContain('/sysroot')
  })

  it('with forty levels of nine equal folders are looked at once per folder object, not once per path', async () => {
    const objects = new Map<string, Uint8Array>()
    const put = (kind: ObjectKind, bytes: Uint8Array): string => {
      const checksum = hash('sha256', bytes)
      objects.set(checksum, objectEntry(checksum, kind, bytes))
      return checksum
    }
    const meta = put('dirmeta', encodeDirMeta({ uid: 0, gid: 0, mode: 0o755, xattrs: new Map() }))
    const leaf = put('dirtree', encodeDirTree({ files: [], folders: [] }))
    let tree = leaf
    for (let level = 0; level < 40; level += 1) {
      const inner = tree
      const folders = Array.from({ length: 9 }, (_, at) => ({ name: `${at}`, tree: inner, meta }))
      tree = put('dirtree', encodeDirTree({ files: [], folders }))
    }
    const bomb = { metadata: new Map(), subject: '', body: '', timestamp: 0, tree, meta }
    const bytes = encodeCommit(bomb)
    const checksum = hash('sha256', bytes)
    const first = objectEntry(checksum, 'commit', bytes)
    const image = (): Promise<Artifact> => artifactOf(imageOfEntries(checksum, [first, ...objects.values()]))
    expect((await imported(await image())).checksum).toBe(checksum)
    objects.delete(leaf)
    await expect(imported(await image())).rejects.toMatchObject({
      code: 'OSTREE_OBJECT_MISSING',
      details: { object: `${leaf}.dirtree`, path: '/0'.repeat(40) },
    })
  })

  it('are refused when attributes are missing, belong to nothing, or an object comes twice', async () => {
    const name = `sysroot/ostree/repo/objects/ab/${'c'.repeat(62)}`
    const file = gnuEntry(`${name}.file`, '0', { bytes: Buffer.from('x') })
    await expect(imported(await released({ more: [file] }))).toFailWith('KIND_INPUT_INVALID')
    const dangling = gnuEntry(`${name}.file-xattrs-link`, '1', { target: `${name}.file-xattrs` })
    await expect(imported(await released({ more: [dangling] }))).toFailWith('KIND_INPUT_INVALID')
    const link = gnuEntry(`${name}.file-xattrs-link`, '0')
    await expect(imported(await released({ more: [link] }))).toFailWith('KIND_INPUT_INVALID')
    await expect(imported(await released({ more: [link, link, file] }))).toFailWith('KIND_INPUT_INVALID')
    const early = gnuEntry(`${name}.dirmeta`, '0')
    await expect(imported(await released({ before: [early] }))).toFailWith('KIND_INPUT_INVALID')
    await expect(imported(await released({ more: [link, file] }))).toFailWith('DIGEST_MISMATCH')
  })
})

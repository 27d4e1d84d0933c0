import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { digestOf } from '@ocish/sdk'
import { copy } from '@ocish/core'
import { bytesOf, content, has, noise, opened, readAll, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { openLayout } from './layout.ts'
import { openStore, type Store } from './store.ts'

const run = promisify(execFile)
const { signal } = new AbortController()

const image = content({
  blobs: { config: { architecture: 'amd64', os: 'linux' }, layer: noise(5000), other: noise(3000, 2) },
  manifests: {
    one: { config: 'config', layers: ['layer'] },
    two: { config: 'config', layers: ['layer', 'other'] },
  },
  tags: { v1: 'one', v2: 'two' },
})
const { one, two } = image.manifests

async function tagsIn(folder: string): Promise<readonly (string | undefined)[]> {
  interface Entry {
    readonly annotations?: Record<string, string>
  }
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as {
    readonly manifests: readonly Entry[]
  }
  return index.manifests.map((entry) => entry.annotations?.['org.opencontainers.image.ref.name'])
}

/** Makes everything of a store look as if nobody had used it since then. */
async function age(store: Store, digest: string, lastUse: number): Promise<void> {
  await store.commit()
  const database = new DatabaseSync(join(store.folder, 'store.db'), { timeout: 5000 })
  database.prepare('UPDATE blobs SET last_use = ?, added = ? WHERE digest = ?').run(lastUse, lastUse, digest)
  database.close()
}

describe('a store', () => {
  it('is a layout for each repository, with one pool of blobs', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.join('store'))
    await image.push(store.registry('localhost:5000'), 'team/app')
    await image.push(store.registry('ghcr.io'), 'team/app')
    await store.commit()
    const repositories = ['ghcr.io+team+app', 'localhost=5000+team+app']
    expect((await readdir(folder.join('store/repos'))).toSorted()).toStrictEqual(repositories)
    expect(await readdir(folder.join('store/blobs/sha256'))).toHaveLength(5)
    for (const name of repositories)
      expect(await tagsIn(folder.join('store/repos', name))).toStrictEqual(['v1', 'v2'])
    const all = await Array.fromAsync(store.repositories())
    expect(all).toStrictEqual(['ghcr.io/team/app', 'localhost:5000/team/app'])
    expect(await Array.fromAsync(store.registry('ghcr.io').repositories())).toStrictEqual(['team/app'])
  })

  it('is read as layouts by us', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.path)
    await image.push(store, 'team/app')
    await store.commit()
    await using layout = await openLayout(folder.join('repos/team+app'), { access: 'read' })
    expect((await layout.openManifest(layout.repository, 'v1')).bytes).toStrictEqual(one.bytes)
    const blob = await layout.openBlob(layout.repository, image.blobs.other.descriptor)
    expect(await readAll(blob.bytes)).toStrictEqual(image.blobs.other.bytes)
  })

  it.skipIf(!has('skopeo'))('is read as layouts by skopeo', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.path)
    await image.push(store.registry('localhost:5000'), 'team/app')
    await store.commit()
    const location = `oci:${folder.join('repos/localhost=5000+team+app')}:v2`
    const { stdout } = await run('skopeo', ['inspect', '--raw', location], { encoding: 'utf8' })
    expect(digestOf(bytesOf(stdout))).toBe(two.descriptor.digest)
  })

  it('belongs to its user alone', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.join('store'))
    await image.push(store, 'team/app')
    await store.commit()
    const modeOf = async (...path: string[]): Promise<number> =>
      (await stat(folder.join('store', ...path))).mode & 0o777
    for (const path of ['', 'blobs', 'blobs/sha256', 'ingest', 'repos', 'repos/team+app'])
      expect(await modeOf(path)).toBe(0o700)
    const blob = join('blobs', one.descriptor.digest.replace(':', '/'))
    for (const path of ['store.db', 'store.db-wal', 'repos/team+app/index.json', blob])
      expect(await modeOf(path)).toBe(0o600)
  })

  it('writes index.json behind, and another process catches up on what one left', async () => {
    await using folder = await temporaryFolder()
    const killed = openStore(folder.path)
    await image.push(killed, 'team/app')
    await expect(tagsIn(folder.join('repos/team+app'))).rejects.toThrow('ENOENT')
    const next = openStore(folder.path)
    expect(await Array.fromAsync(next.tags('team/app'))).toStrictEqual(['v1', 'v2'])
    await next[Symbol.asyncDispose]()
    expect(await tagsIn(folder.join('repos/team+app'))).toStrictEqual(['v1', 'v2'])
    await killed[Symbol.asyncDispose]()
  })

  it('builds its database from the layouts when that is gone', async () => {
    await using folder = await temporaryFolder()
    const store = openStore(folder.path)
    await image.push(store.registry('localhost:5000'), 'team/app')
    await store[Symbol.asyncDispose]()
    await rm(folder.join('store.db'))
    await using rebuilt = openStore(folder.path)
    const origin = rebuilt.registry('localhost:5000')
    expect(await Array.fromAsync(origin.tags('team/app'))).toStrictEqual(['v1', 'v2'])
    expect((await origin.openManifest('team/app', 'v2')).bytes).toStrictEqual(two.bytes)
    expect(await origin.statBlob('team/app', image.blobs.other.descriptor.digest)).toMatchObject({
      size: 3000,
    })
  })

  it.each(['not a database at all, but long enough to be looked at', ''])(
    'moves a damaged database aside: %j',
    async (damage) => {
      await using folder = await temporaryFolder()
      const store = openStore(folder.path)
      await image.push(store, 'team/app')
      await store[Symbol.asyncDispose]()
      await writeFile(folder.join('store.db'), damage.repeat(100))
      const warnings: string[] = []
      await using again = openStore(folder.path, { warn: (message) => warnings.push(message) })
      expect(await Array.fromAsync(again.tags('team/app'))).toStrictEqual(['v1', 'v2'])
      expect(warnings).toHaveLength(damage === '' ? 0 : 1)
    },
  )

  it('lives in memory, with one warning, where nothing can be written', async () => {
    await using folder = await temporaryFolder()
    await writeFile(folder.join('file'), '')
    const warnings: string[] = []
    await using store = openStore(folder.join('file/store'), { warn: (message) => warnings.push(message) })
    expect(await Array.fromAsync(store.repositories())).toStrictEqual([])
    await expect(store.pushBlob('team/app', {}, opened('x'))).toFailWith('FILE_FAILED')
    expect(await Array.fromAsync(store.ls())).toStrictEqual([])
    expect(warnings).toHaveLength(1)
  })

  it('takes 12 tags from 12 processes at once', async () => {
    await using folder = await temporaryFolder()
    const program = join(import.meta.dirname, 'fixtures/tag-one.ts')
    const tags = Array.from({ length: 12 }, (_, number) => `tag-${String(number).padStart(2, '0')}`)
    const outcomes = await Promise.all(
      tags.map(async (tag) => {
        const args = ['-C', 'ocish-source', program, 'store', folder.path, 'team/shared', tag]
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
        const [errors, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
        return { errors, status: status as number }
      }),
    )
    expect(outcomes).toStrictEqual(tags.map(() => ({ errors: '', status: 0 })))
    expect(await tagsIn(folder.join('repos/team+shared'))).toStrictEqual(tags)
    await using store = openStore(folder.path)
    expect(await Array.fromAsync(store.tags('team/shared'))).toStrictEqual(tags)
  })

  it('keeps a name from leaving its folder', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.join('store'))
    for (const name of ['../x', 'a/../../x', '/x', 'a//b', '.', 'a+b', 'a=b', 'a/./b', 'x'.repeat(300)]) {
      await expect(store.pushBlob(name, {}, opened('x'))).toFailWith('REFERENCE_INVALID')
    }
    expect(await readdir(folder.path)).toStrictEqual([])
  })

  it('gives its files to a layout without writing them again', async () => {
    await using folder = await temporaryFolder()
    await using store = openStore(folder.join('store'))
    await image.push(store, 'team/app')
    await using layout = await openLayout(folder.join('layout'), { access: 'write' })
    const target = { registry: layout, repository: layout.repository }
    await copy({ registry: store, repository: 'team/app' }, 'v2', target, { tags: ['v2'] })
    const path = join('blobs', image.blobs.layer.descriptor.digest.replace(':', '/'))
    const [from, to] = await Promise.all([
      stat(folder.join('store', path)),
      stat(folder.join('layout', path)),
    ])
    // Shared as a whole (reflink) or the same file (link).
    expect(from.ino === to.ino || from.dev === to.dev).toBe(true)
    expect(to.mode & 0o444).toBe(0o444 & ~process.umask())
    expect((await layout.openManifest(layout.repository, 'v2')).bytes).toStrictEqual(two.bytes)
  })
})

describe('collecting a store', () => {
  async function filled(folder: string): Promise<Store> {
    const store = openStore(folder)
    await image.push(store, 'team/app')
    return store
  }

  it('lists blobs with the repositories that need them', async () => {
    await using folder = await temporaryFolder()
    await using store = await filled(folder.path)
    await image.push(store, 'team/other')
    const blobs = await Array.fromAsync(store.ls())
    expect(blobs).toHaveLength(5)
    const layer = blobs.find((blob) => blob.digest === image.blobs.layer.descriptor.digest)
    expect(layer).toMatchObject({ size: 5000, repositories: ['team/app', 'team/other'] })
  })

  it('tells shared from unique bytes', async () => {
    await using folder = await temporaryFolder()
    await using store = await filled(folder.path)
    const config = image.blobs.config.bytes.length
    const shared = 5000 + config
    expect(await Array.fromAsync(store.usage())).toStrictEqual([
      { ref: 'team/app:v1', size: shared + one.bytes.length, unique: one.bytes.length, shared, count: 3 },
      {
        ref: 'team/app:v2',
        size: shared + 3000 + two.bytes.length,
        unique: 3000 + two.bytes.length,
        shared,
        count: 4,
      },
    ])
  })

  it('removes what no manifest leads to, but nothing fresh', async () => {
    await using folder = await temporaryFolder()
    await using store = await filled(folder.path)
    const old = await store.pushBlob('team/app', {}, opened('left over'))
    await store.pushBlob('team/app', {}, opened('just arrived'))
    await age(store, old.digest, 0)
    const dry = await Array.fromAsync(store.prune({ dryRun: true, signal }))
    expect(dry.map((blob) => blob.digest)).toStrictEqual([old.digest])
    await expect(store.statBlob('team/app', old.digest)).resolves.toMatchObject({ size: 9 })
    expect(await Array.fromAsync(store.prune({ dryRun: false, signal }))).toHaveLength(1)
    await expect(store.statBlob('team/app', old.digest)).toFailWith('BLOB_NOT_FOUND')
    expect(await Array.fromAsync(store.ls())).toHaveLength(6)
  })

  it('removes what was not used since; an image that is used keeps its layers', async () => {
    await using folder = await temporaryFolder()
    await using store = await filled(folder.path)
    for (const piece of [...Object.values(image.blobs), one]) await age(store, piece.descriptor.digest, 1000)
    const removed = await Array.fromAsync(store.prune({ before: new Date(5000), dryRun: false, signal }))
    expect(removed.map((blob) => blob.digest)).toStrictEqual([one.descriptor.digest])
    expect(await Array.fromAsync(store.tags('team/app'))).toStrictEqual(['v2'])
    await store.commit()
    expect(await tagsIn(folder.join('repos/team+app'))).toStrictEqual(['v2'])
  })

  it('removes the oldest until it fits', async () => {
    await using folder = await temporaryFolder()
    await using store = await filled(folder.path)
    const before = await Array.fromAsync(store.ls())
    const total = before.reduce((sum, blob) => sum + blob.size, 0)
    await age(store, one.descriptor.digest, 1000)
    const keepBytes = total - 1
    const removed = await Array.fromAsync(store.prune({ keepBytes, dryRun: false, signal }))
    expect(removed.map((blob) => blob.digest)).toStrictEqual([one.descriptor.digest])
  })

  it('clears everything', async () => {
    await using folder = await temporaryFolder()
    await using store = await filled(folder.path)
    expect(await Array.fromAsync(store.clear({ dryRun: false, signal }))).toHaveLength(5)
    expect(await Array.fromAsync(store.repositories())).toStrictEqual([])
    expect(await readdir(folder.join('blobs/sha256'))).toStrictEqual([])
    await image.push(store, 'team/app')
    expect(await Array.fromAsync(store.tags('team/app'))).toStrictEqual(['v1', 'v2'])
  })

  it('sweeps uploads that nobody went on with', async () => {
    await using folder = await temporaryFolder()
    const first = openStore(folder.path)
    const upload = await first.startUpload('team/app')
    const [name = ''] = await readdir(folder.join('ingest'))
    await utimes(folder.join('ingest', name), 1000, 1000)
    await first[Symbol.asyncDispose]()
    await using store = openStore(folder.path)
    await store.startUpload('team/app')
    await expect(store.resumeUpload('team/app', upload.id)).toFailWith('UPLOAD_NOT_FOUND')
  })
})

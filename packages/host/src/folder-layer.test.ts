import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { gzipSync, gunzipSync } from 'node:zlib'
import { readTar, writeTar, type TarInput } from '@ocish/archive'
import { digestOf } from '@ocish/core'
import { readAll, temporaryFolder, type TemporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { extractFolder } from './extract-folder.ts'
import { packFolder } from './pack-folder.ts'
import { preparePart } from './prepare-part.ts'
import { openSource } from './source.ts'
import { withTarget } from './target.ts'

let home: TemporaryFolder
const { signal } = new AbortController()
beforeEach(async () => {
  home = await temporaryFolder()
  await mkdir(home.join('site/docs'), { recursive: true })
  await writeFile(home.join('site/docs/b.txt'), 'b\n')
  await writeFile(home.join('site/a.txt'), 'a\n')
  await writeFile(home.join('site/run'), '#!/bin/sh\n')
  await chmod(home.join('site/run'), 0o755)
  await symlink('a.txt', home.join('site/link'))
})
afterEach(() => home.remove())

async function pack(given: Partial<Parameters<typeof packFolder>[1]> = {}) {
  await mkdir(home.join('spool'), { recursive: true })
  return packFolder(await openSource(home.join('site')), {
    title: 'site',
    compression: 'gzip',
    preservePermissions: false,
    annotations: {},
    signal,
    epoch: undefined,
    spoolFolder: async () => home.join('spool'),
    ...given,
  })
}

async function extract(bytes: Uint8Array, given: Partial<Parameters<typeof extractFolder>[2]> = {}) {
  const options = { force: false, signal, cwd: home.path }
  await withTarget(home.join('out'), options, (target) =>
    extractFolder(once(bytes), target, { title: 'site', signal, ...given }),
  )
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** What `oras push` makes of a folder: Go's tar writer, names that begin with the title, a gzip of its own. */
async function orasLayer(entries: readonly Partial<TarInput>[]): Promise<Buffer> {
  const whole = entries.map((entry) => ({
    path: '',
    type: 'file' as const,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: 1_700_000_000,
    ...entry,
  }))
  return Buffer.from(await readAll(writeTar(whole)))
}

test('a folder becomes what oras makes of it', async () => {
  const part = await pack()
  const packed = await readAll(part.open())
  const tar = gunzipSync(packed)
  expect(part).toMatchObject({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(packed),
    size: packed.length,
    annotations: {
      'io.deis.oras.content.unpack': 'true',
      'io.deis.oras.content.digest': digestOf(tar),
    },
  })
  const names: string[] = []
  for await (const { path, mode, mtime, uid } of readTar(once(tar))) {
    names.push(`${path} ${mode.toString(8)}`)
    expect({ mtime, uid }).toEqual({ mtime: 0, uid: 0 })
  }
  expect(names).toEqual([
    'site 755',
    'site/a.txt 644',
    'site/docs 755',
    'site/docs/b.txt 644',
    'site/link 777',
    'site/run 755',
  ])
})

test('the same folder has the same digest; times and modes count only where they are asked for', async () => {
  const { digest } = await pack()
  await chmod(home.join('site/a.txt'), 0o600)
  expect((await pack()).digest).toBe(digest)
  expect((await pack({ preservePermissions: true })).digest).not.toBe(digest)
  expect((await pack({ epoch: '1700000000' })).digest).not.toBe(digest)
  expect((await pack({ compression: 'none' })).digest).toBe(
    (await pack()).annotations?.['io.deis.oras.content.digest'],
  )
  await expect(pack({ epoch: 'yesterday' })).toFailWith('USAGE_INVALID_VALUE')
})

test('.ocishignore leaves out what it names, and itself', async () => {
  await writeFile(home.join('site/.ocishignore'), 'docs/\n')
  const names: string[] = []
  for await (const { path } of readTar((await pack({ compression: 'none' })).open())) names.push(path)
  expect(names).toEqual(['site', 'site/a.txt', 'site/link', 'site/run'])
})

test.each(['gzip', 'zstd', 'none'] as const)('what was packed with %s is unpacked', async (compression) => {
  const part = await pack({ compression })
  const digest = part.annotations?.['io.deis.oras.content.digest'] ?? ''
  await extract(await readAll(part.open()), { digest })
  expect(await readFile(home.join('out/site/docs/b.txt'), 'utf8')).toBe('b\n')
  expect((await stat(home.join('out/site/run'))).mode & 0o111).not.toBe(0)
  expect(await readFile(home.join('out/site/link'), 'utf8')).toBe('a\n')
})

test('what oras push made is unpacked, and only what is chosen', async () => {
  const tar = await orasLayer([
    { path: 'site', type: 'folder', mode: 0o755 },
    { path: 'site/x', size: 1, open: () => once(Buffer.from('x')) },
    { path: 'site/y', size: 1, open: () => once(Buffer.from('y')) },
  ])
  await extract(gzipSync(tar), { digest: digestOf(tar), include: (path) => path !== 'site/y' })
  expect(await readFile(home.join('out/site/x'), 'utf8')).toBe('x')
  await expect(stat(home.join('out/site/y'))).rejects.toThrow('ENOENT')
})

test('an archive that is not what its layer says leaves nothing', async () => {
  const tar = await orasLayer([{ path: 'site', type: 'folder', mode: 0o755 }])
  await expect(extract(tar, { digest: digestOf(Buffer.from('other')) })).toFailWith('DIGEST_MISMATCH')
  await expect(stat(home.join('out'))).rejects.toThrow('ENOENT')
})

const outside: readonly (readonly [string, Partial<TarInput>])[] = [
  ['T1 a path above', { path: '../x' }],
  ['T1 an absolute path', { path: '/etc/x' }],
  ['T1 out of its folder', { path: 'site/../../x' }],
  ['another folder', { path: 'other/x' }],
  ['T3 a link that leaves', { path: 'site/l', type: 'link', target: '../../..' }],
  ['T4 a hard link to what is outside', { path: 'site/h', type: 'hardlink', target: '.env' }],
  ['T5 a link in place of the folder', { path: 'site', type: 'link', target: '..' }],
]

test.each(outside)('%s is refused, and nothing is written', async (_name, entry) => {
  await writeFile(home.join('.env'), 'secret')
  await expect(extract(await orasLayer([entry]))).toFailWith('ARCHIVE_UNSAFE')
  await expect(stat(home.join('out'))).rejects.toThrow('ENOENT')
})

test('the packed folder is a file that a layout may take as it is; what a kind opens is none', async () => {
  const part = await pack()
  const options = { withDiffId: false, signal, spoolFolder: async () => home.join('spool') }
  const { file } = await preparePart(part, options)
  expect(digestOf(await readFile(file!))).toBe(part.digest)
  const own = { ...part, open: () => part.open() }
  expect(await preparePart(own, options)).not.toHaveProperty('file')
})

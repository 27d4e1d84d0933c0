import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { encodeTarHeader, padding, tarEnd } from '@ocish/archive'
import { copy } from '@ocish/core'
import { digestOf, oci } from '@ocish/sdk'
import { bytesOf, content, has, noise, opened, readAll, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { type Archive, openArchive } from './archive.ts'
import { openLayout } from './layout.ts'

const run = promisify(execFile)

/** A tar archive without entries. */
const layer = new Uint8Array(1024)
const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } }
const image = content({
  blobs: { config, layer, file: noise(100_000) },
  manifests: {
    app: { config: 'config', layers: ['layer'] },
    index: { manifests: [{ manifest: 'app', platform: { os: 'linux', architecture: 'amd64' } }] },
    artifact: { artifactType: 'application/vnd.example.file', layers: ['file'], subject: 'app' },
  },
  tags: { v1: 'app', all: 'index' },
})
const { app, index, artifact } = image.manifests

/** A tar archive of these files. */
function tar(files: Readonly<Record<string, Uint8Array | string>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([path, text]) => {
    const bytes = Buffer.from(text)
    const header = { path, type: 'file', mode: 0o644, uid: 0, gid: 0, size: bytes.length, mtime: 0 } as const
    return [encodeTarHeader(header), bytes, padding(bytes.length)]
  })
  return Buffer.concat([...parts, tarEnd()])
}

function dockerArchive(change: Readonly<Record<string, Uint8Array | string>> = {}): Uint8Array {
  const configText = JSON.stringify(config)
  const list = [{ Config: 'config.json', RepoTags: ['docker.io/ex/small:latest'], Layers: ['a/layer.tar'] }]
  return tar({
    'manifest.json': JSON.stringify(list),
    'config.json': configText,
    './a/layer.tar': layer,
    ...change,
  })
}

async function written(path: string): Promise<void> {
  await using archive = await openArchive(path, { access: 'write' })
  await image.push(archive, archive.repository)
  await archive.commit()
}

async function digestAt(archive: Archive, tag: string): Promise<string> {
  return digestOf((await archive.openManifest(archive.repository, tag)).bytes)
}

describe('an archive', () => {
  it('is there only once it is committed', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('image.tar')
    {
      await using archive = await openArchive(path, { access: 'write' })
      await image.push(archive, archive.repository)
    }
    expect(await readdir(folder.path)).toStrictEqual([])
    await written(path)
    expect(await readdir(folder.path)).toStrictEqual(['image.tar'])
    await using archive = await openArchive(path, { access: 'read' })
    expect(archive).toMatchObject({ repository: 'image', format: 'oci' })
    expect(await Array.fromAsync(archive.tags('image'))).toStrictEqual(['all', 'v1'])
    expect(await digestAt(archive, 'all')).toBe(index.descriptor.digest)
    const blob = await archive.openBlob('image', image.blobs.file.descriptor)
    expect(await readAll(blob.bytes)).toStrictEqual(image.blobs.file.bytes)
    const referrers = await Array.fromAsync(archive.referrers('image', app.descriptor.digest))
    expect(referrers.map((referrer) => referrer.digest)).toStrictEqual([artifact.descriptor.digest])
    await expect(archive.pushBlob('image', {}, opened('x'))).toFailWith('UNSUPPORTED')
  })

  it('has the same bytes for the same content', async () => {
    await using folder = await temporaryFolder()
    await written(folder.join('image.tar'))
    const first = await readFile(folder.join('image.tar'))
    await written(folder.join('again.tar'))
    expect(digestOf(await readFile(folder.join('again.tar')))).toBe(digestOf(first))
  })

  it('takes blobs whose size or digest comes last, and none that fail', async () => {
    await using folder = await temporaryFolder()
    await using archive = await openArchive(folder.join('image.tar'), { access: 'write' })
    const wrong = archive.pushBlob('image', { digest: digestOf(layer) }, opened(noise(700_000)))
    await expect(wrong).toFailWith('DIGEST_MISMATCH')
    const { digest } = await archive.pushBlob('image', {}, opened(noise(1000), noise(500)))
    await archive.commit()
    await expect(archive.pushBlob('image', {}, opened('late'))).toFailWith('UNSUPPORTED')
    await using read = await openArchive(folder.join('image.tar'), { access: 'read' })
    expect(digestOf(await readAll((await read.openBlob('image', digest)).bytes))).toBe(digest)
    await expect(read.statBlob('image', digestOf(layer))).toFailWith('BLOB_NOT_FOUND')
    expect((await readFile(folder.join('image.tar'))).length).toBeLessThan(10_000)
  })

  it('is added to by a new one that takes its place', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('image.tar')
    await written(path)
    {
      await using archive = await openArchive(path, { access: 'write' })
      const { mediaType } = artifact.descriptor
      await archive.pushManifest('other/app', artifact.bytes, { mediaType, tags: ['new'] })
      expect(await digestAt(archive, 'v1')).toBe(app.descriptor.digest)
      await archive.commit()
    }
    await using archive = await openArchive(path, { access: 'read' })
    expect(await Array.fromAsync(archive.repositories())).toStrictEqual(['image', 'other/app'])
    expect(await Array.fromAsync(archive.tags('other/app'))).toStrictEqual(['new'])
    const blob = await archive.openBlob('image', image.blobs.file.descriptor)
    expect(await readAll(blob.bytes)).toStrictEqual(image.blobs.file.bytes)
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('is read when it is compressed as a whole with %s', async (_, compress) => {
    await using folder = await temporaryFolder()
    await written(folder.join('image.tar'))
    await writeFile(folder.join('packed'), compress(await readFile(folder.join('image.tar'))))
    await using archive = await openArchive(folder.join('packed'), { access: 'read', spool: folder.path })
    expect(await digestAt(archive, 'v1')).toBe(app.descriptor.digest)
    expect((await readdir(folder.path)).toSorted()).toStrictEqual(['image.tar', 'packed'])
    await expect(openArchive(folder.join('packed'), { access: 'write' })).toFailWith('UNSUPPORTED')
  })

  it('T32 with a flipped byte fails to be read', async () => {
    await using folder = await temporaryFolder()
    await written(folder.join('image.tar'))
    const bytes = await readFile(folder.join('image.tar'))
    const at = bytes.indexOf(image.blobs.file.bytes.subarray(0, 64)) + 50_000
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(folder.join('image.tar'), bytes)
    await using archive = await openArchive(folder.join('image.tar'), { access: 'read' })
    const blob = await archive.openBlob('image', image.blobs.file.descriptor)
    await expect(blob.bytes).toFailWith('DIGEST_MISMATCH')
    await expect(archive.pump?.('image', image.blobs.file.descriptor, () => {})).toFailWith('DIGEST_MISMATCH')
  })

  it('T40 that is a bomb is refused', async () => {
    await using folder = await temporaryFolder()
    await writeFile(folder.join('bomb'), gzipSync(new Uint8Array(80 * 1024 * 1024)))
    await expect(openArchive(folder.join('bomb'), { access: 'read' })).toFailWith('LIMIT_EXCEEDED')
  })

  it('that is none is refused', async () => {
    await using folder = await temporaryFolder()
    const open = async (bytes: Uint8Array | string): Promise<unknown> => {
      await writeFile(folder.join('file'), bytes)
      return await openArchive(folder.join('file'), { access: 'read' })
    }
    await expect(open('no archive')).toFailWith('ARCHIVE_INVALID')
    await expect(open('')).toFailWith('ARCHIVE_INVALID')
    await expect(open(tar({ other: 'x' }))).toFailWith('ARCHIVE_INVALID')
    await expect(open(tar({ 'index.json': '{' }))).toFailWith('LAYOUT_INVALID')
    await expect(open(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))).toFailWith('ARCHIVE_INVALID')
    await expect(open(dockerArchive().subarray(0, 2000))).toFailWith('ARCHIVE_INVALID')
    await expect(openArchive(folder.path, { access: 'read' })).toFailWith('ARCHIVE_INVALID')
    await expect(openArchive(folder.join('missing'), { access: 'read' })).toFailWith('FILE_NOT_FOUND')
  })
})

describe('a docker-archive', () => {
  it('is an image with the same configuration and layers', async () => {
    await using folder = await temporaryFolder()
    await writeFile(folder.join('saved.tar'), dockerArchive())
    await using archive = await openArchive(folder.join('saved.tar'), { access: 'read' })
    expect(archive.format).toBe('docker')
    expect(await Array.fromAsync(archive.repositories())).toStrictEqual(['docker.io/ex/small'])
    // Made as an OCI tool makes it, from an image without annotations: the round trip keeps the digest.
    const { bytes } = await archive.openManifest('docker.io/ex/small', 'latest')
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
    expect(manifest).toMatchObject({
      mediaType: oci.manifest,
      config: { mediaType: oci.config, digest: digestOf(bytesOf(JSON.stringify(config))) },
      layers: [{ mediaType: oci.layer, digest: digestOf(layer), size: 1024 }],
    })
    expect(await digestAt(archive, 'latest')).toBe(await digestAt(archive, 'docker.io/ex/small:latest'))
    await expect(openArchive(folder.join('saved.tar'), { access: 'write' })).toFailWith('UNSUPPORTED')
  })

  it('may have compressed layers', async () => {
    await using folder = await temporaryFolder()
    const packed = gzipSync(layer)
    await writeFile(folder.join('saved.tar'), dockerArchive({ './a/layer.tar': packed }))
    await using archive = await openArchive(folder.join('saved.tar'), { access: 'read' })
    const { bytes } = await archive.openManifest('docker.io/ex/small', 'latest')
    const expected = [{ mediaType: oci.layerGzip, digest: digestOf(packed), size: packed.length }]
    expect(JSON.parse(new TextDecoder().decode(bytes))).toHaveProperty('layers', expected)
  })

  it.each([
    [
      'a layer too many',
      { 'manifest.json': '[{"Config":"config.json","Layers":["a/layer.tar","a/layer.tar"]}]' },
    ],
    ['a missing layer', { 'manifest.json': '[{"Config":"config.json","Layers":["../layer.tar"]}]' }],
    ['no configuration', { 'manifest.json': '[{"Layers":[]}]' }],
    ['a list that is none', { 'manifest.json': '{}' }],
    ['a diff_id that is none', { 'config.json': '{"rootfs":{"diff_ids":["sha256:../x"]}}' }],
  ])('with %s is refused', async (_, change) => {
    await using folder = await temporaryFolder()
    await writeFile(folder.join('saved.tar'), dockerArchive(change))
    await expect(openArchive(folder.join('saved.tar'), { access: 'read' })).toFailWith('ARCHIVE_INVALID')
  })

  it('T32 with a layer that is not its diff_id fails to be read', async () => {
    await using folder = await temporaryFolder()
    await writeFile(
      folder.join('saved.tar'),
      dockerArchive({ './a/layer.tar': new Uint8Array(1024).fill(1) }),
    )
    await using archive = await openArchive(folder.join('saved.tar'), { access: 'read' })
    const blob = await archive.openBlob('docker.io/ex/small', digestOf(layer))
    await expect(blob.bytes).toFailWith('DIGEST_MISMATCH')
  })
})

describe.skipIf(!has('skopeo'))('skopeo', () => {
  it('reads the archives we write', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('image.tar')
    await written(path)
    for (const [tag, piece] of [
      ['v1', app],
      ['all', index],
    ] as const) {
      const { stdout } = await run('skopeo', ['inspect', '--raw', `oci-archive:${path}:${tag}`], {
        encoding: 'utf8',
      })
      expect(digestOf(bytesOf(stdout))).toBe(piece.descriptor.digest)
    }
    await run('skopeo', [
      'copy',
      `oci-archive:${path}:v1`,
      `docker-archive:${folder.join('saved.tar')}:ex/small:latest`,
    ])
    await using saved = await openArchive(folder.join('saved.tar'), { access: 'read' })
    expect(saved.format).toBe('docker')
    expect(await Array.fromAsync(saved.repositories())).toStrictEqual(['docker.io/ex/small'])
    // From OCI to docker-archive and back: nothing has changed.
    await using layout = await openLayout(folder.join('layout'), { access: 'write' })
    const target = { registry: layout, repository: layout.repository }
    await copy({ registry: saved, repository: 'docker.io/ex/small' }, 'latest', target, { tags: ['back'] })
    const { bytes } = await layout.openManifest(layout.repository, 'back')
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly config: { readonly digest: string }
    }
    expect(manifest.config.digest).toBe(image.blobs.config.descriptor.digest)
    await run('skopeo', ['inspect', `oci:${layout.folder}:back`])
  })

  it('writes archives that we read', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.join('layout'), { access: 'write' })
    await image.push(layout, layout.repository)
    const target = `oci-archive:${folder.join('theirs.tar')}:v1`
    await run('skopeo', ['copy', '--preserve-digests', `oci:${layout.folder}:v1`, target])
    await using archive = await openArchive(folder.join('theirs.tar'), { access: 'read' })
    expect(await digestAt(archive, 'v1')).toBe(app.descriptor.digest)
    const blob = await archive.openBlob(archive.repository, image.blobs.layer.descriptor)
    expect(await readAll(blob.bytes)).toStrictEqual(layer)
  })
})

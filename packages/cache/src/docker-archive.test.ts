import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { encodeTarHeader, padding, readTar, tarEnd } from '@ocish/archive'
import { collect, copy, createMemoryRegistry, fromBytes } from '@ocish/core'
import { digestOf, docker, oci } from '@ocish/sdk'
import { content, has, noise, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { openArchive } from './archive.ts'
import { openLayout } from './layout.ts'

const run = promisify(execFile)

/** A layer with one file. */
function layerWith(name: string, bytes: Uint8Array): Uint8Array {
  const header = {
    path: name,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: bytes.length,
    mtime: 0,
  } as const
  return Buffer.concat([encodeTarHeader(header), bytes, padding(bytes.length), tarEnd()])
}

const base = layerWith('base', noise(50_000))
const top = layerWith('top', noise(300, 2))
const config = {
  architecture: 'amd64',
  os: 'linux',
  created: '2024-01-01T00:00:00Z',
  config: { Cmd: ['/bin/sh'] },
  rootfs: { type: 'layers', diff_ids: [digestOf(base), digestOf(top)] },
}
const single = { ...config, rootfs: { type: 'layers', diff_ids: [digestOf(top)] } }
const image = content({
  blobs: { config, single, gz: gzipSync(base), zst: zstdCompressSync(top), plain: top, other: noise(10) },
  manifests: {
    app: {
      config: 'config',
      layers: [
        { blob: 'gz', mediaType: oci.layerGzip },
        { blob: 'zst', mediaType: oci.layerZstd },
      ],
    },
    plain: {
      config: 'config',
      layers: [
        { blob: 'gz', mediaType: oci.layerGzip },
        { blob: 'plain', mediaType: oci.layer },
      ],
    },
    wrong: {
      config: 'config',
      layers: [
        { blob: 'plain', mediaType: oci.layer },
        { blob: 'gz', mediaType: oci.layerGzip },
      ],
    },
    few: { config: 'config', layers: [{ blob: 'plain', mediaType: oci.layer }] },
    top: { config: 'single', layers: [{ blob: 'plain', mediaType: oci.layer }] },
    artifact: { artifactType: 'application/vnd.example.file', layers: ['other'] },
    index: { manifests: [{ manifest: 'app', platform: { os: 'linux', architecture: 'amd64' } }] },
  },
  tags: {
    v1: 'app',
    top: 'top',
    plain: 'plain',
    wrong: 'wrong',
    few: 'few',
    artifact: 'artifact',
    all: 'index',
  },
})

async function source(): Promise<{ registry: ReturnType<typeof createMemoryRegistry>; repository: string }> {
  const registry = createMemoryRegistry()
  await image.push(registry, 'app')
  return { registry, repository: 'app' }
}

async function saved(path: string, tags: Readonly<Record<string, string>>): Promise<void> {
  await using archive = await openArchive(path, { access: 'write', format: 'docker' })
  const from = await source()
  for (const [tag, name] of Object.entries(tags)) {
    const target = { registry: archive, repository: archive.repository }
    await copy(from, tag, target, { tags: [name] })
  }
  await archive.commit()
}

/** Paths, types and contents of an archive. */
async function members(path: string): Promise<ReadonlyMap<string, Buffer | string>> {
  const found = new Map<string, Buffer | string>()
  for await (const entry of readTar(fromBytes(await readFile(path)))) {
    const bytes = Buffer.from(await collect(entry.content, { limit: 1e6, what: entry.path }))
    found.set(entry.path, entry.type === 'link' ? `-> ${entry.target}` : bytes)
  }
  return found
}

const json = (value: Buffer | string | undefined): unknown => JSON.parse(String(value))

describe('a docker-archive that is written', () => {
  it('has what docker load reads: plain layers, the configuration byte for byte, the lists', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('image.tar')
    await saved(path, { v1: 'docker.io/ex/small:1' })
    const found = await members(path)
    const hex = (digest: string): string => digest.slice('sha256:'.length)
    const layers = [`${hex(digestOf(base))}.tar`, `${hex(digestOf(top))}.tar`]
    const name = `${hex(image.blobs.config.descriptor.digest)}.json`
    expect(json(found.get('manifest.json'))).toEqual([
      { Config: name, RepoTags: ['docker.io/ex/small:1'], Layers: layers },
    ])
    expect(found.get(layers[0]!)).toEqual(Buffer.from(base))
    expect(found.get(layers[1]!)).toEqual(Buffer.from(top))
    expect(digestOf(found.get(name) as Buffer)).toBe(image.blobs.config.descriptor.digest)
    const { 'docker.io/ex/small': tags } = json(found.get('repositories')) as Record<string, { '1': string }>
    const id = tags?.['1'] ?? ''
    expect(found.get(`${id}/layer.tar`)).toBe(`-> ../${layers[1]}`)
    expect(String(found.get(`${id}/VERSION`))).toBe('1.0')
    const { parent, ...facts } = json(found.get(`${id}/json`)) as Record<string, unknown>
    expect(facts).toEqual({
      id,
      architecture: 'amd64',
      config: config.config,
      created: config.created,
      os: 'linux',
    })
    expect(found.get(`${String(parent)}/layer.tar`)).toBe(`-> ../${layers[0]}`)
  })

  it('holds a layer once, and the same bytes for the same images', async () => {
    await using folder = await temporaryFolder()
    for (const file of ['a.tar', 'b.tar']) {
      await saved(folder.join(file), { v1: 'docker.io/ex/small:1', plain: 'docker.io/ex/small:2' })
    }
    const found = await members(folder.join('a.tar'))
    expect([...found.keys()].filter((path) => /^[0-9a-f]{64}\.tar$/.test(path))).toHaveLength(2)
    expect(await readFile(folder.join('a.tar'))).toEqual(await readFile(folder.join('b.tar')))
  })

  it('gives the image back with the same configuration and layers', async () => {
    await using folder = await temporaryFolder()
    await saved(folder.join('image.tar'), { v1: '1' })
    await using archive = await openArchive(folder.join('image.tar'), { access: 'read' })
    expect(archive.format).toBe('docker')
    const { bytes } = await archive.openManifest('image', '1')
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly config: { readonly digest: string }
      readonly layers: readonly { readonly digest: string }[]
    }
    expect(manifest.config.digest).toBe(image.blobs.config.descriptor.digest)
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(config.rootfs.diff_ids)
  })

  it.each([
    ['artifact', 'UNSUPPORTED'],
    ['all', 'UNSUPPORTED'],
    ['wrong', 'MANIFEST_INVALID'],
    ['few', 'MANIFEST_INVALID'],
  ])('is no place for %s: %s, and nothing is left', async (tag, code) => {
    await using folder = await temporaryFolder()
    await expect(saved(folder.join('image.tar'), { [tag]: '1' })).toFailWith(code)
    expect(await readdir(folder.path)).toEqual([])
  })

  it('T32 takes no layer of another digest', async () => {
    await using folder = await temporaryFolder()
    await using archive = await openArchive(folder.join('image.tar'), { access: 'write', format: 'docker' })
    const { digest, size } = image.blobs.gz.descriptor
    const wrong = (): AsyncGenerator<Uint8Array> => fromBytes(gzipSync(layerWith('base', noise(50_000, 9))))
    await expect(archive.pushBlob('image', { digest, size, mediaType: oci.layerGzip }, wrong)).toFailWith(
      'SIZE_MISMATCH',
    )
    await expect(archive.pushBlob('image', { digest, mediaType: oci.layerGzip }, wrong)).toFailWith(
      'DIGEST_MISMATCH',
    )
    await archive.pushBlob('image', { digest, size, mediaType: docker.layerGzip }, () =>
      fromBytes(image.blobs.gz.bytes),
    )
  })

  it('is not added to', async () => {
    await using folder = await temporaryFolder()
    await saved(folder.join('image.tar'), { v1: '1' })
    const before = await readFile(folder.join('image.tar'))
    await expect(saved(folder.join('image.tar'), { v1: '2' })).toFailWith('UNSUPPORTED')
    expect(await readFile(folder.join('image.tar'))).toEqual(before)
  })
})

describe.skipIf(!has('skopeo'))('skopeo', () => {
  it('counts the images of an archive as we do, from 0', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('image.tar')
    await saved(path, { v1: 'docker.io/ex/a:1', plain: 'docker.io/ex/b:1', top: 'docker.io/ex/top:1' })
    await using archive = await openArchive(path, { access: 'read' })
    for (const position of [0, 1, 2]) {
      const args = ['inspect', '--config', '--raw', `docker-archive:${path}:@${position}`]
      const { stdout } = await run('skopeo', args, { encoding: 'utf8' })
      const { bytes } = await archive.openManifest(archive.repository, `@${position}`)
      const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
        readonly config: { readonly digest: string }
      }
      expect(manifest.config.digest).toBe(digestOf(Buffer.from(stdout)))
    }
    await expect(archive.openManifest(archive.repository, '@3')).toFailWith('MANIFEST_NOT_FOUND')
  })

  it('reads the docker-archives we write, and copies them back without a change', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('image.tar')
    await saved(path, { v1: 'docker.io/ex/small:1', plain: 'docker.io/ex/small:2' })
    const { stdout } = await run(
      'skopeo',
      ['inspect', '--config', '--raw', `docker-archive:${path}:ex/small:1`],
      {
        encoding: 'utf8',
      },
    )
    expect(digestOf(Buffer.from(stdout))).toBe(image.blobs.config.descriptor.digest)
    await run('skopeo', ['copy', `docker-archive:${path}:ex/small:2`, `oci:${folder.join('back')}:v2`])
    await using layout = await openLayout(folder.join('back'), {
      access: 'read',
    })
    const { bytes } = await layout.openManifest(layout.repository, 'v2')
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as { readonly layers: readonly unknown[] }
    expect(manifest.layers).toHaveLength(2)
    // skopeo checks every diff_id as it copies; what it made is whole.
    await run('skopeo', ['inspect', `oci:${folder.join('back')}:v2`])
  })
})

import { access, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { digestOf, docker, oci } from '@ocish/sdk'
import { bytesOf, content, noise, opened, readAll, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { openLayout } from './layout.ts'

const image = content({
  blobs: { config: { architecture: 'amd64', os: 'linux' }, layer: 'a layer' },
  manifests: {
    one: { config: 'config', layers: ['layer'] },
    two: { config: 'config', layers: ['layer'], annotations: { number: 'two' } },
    signature: { artifactType: 'application/vnd.example.signature', layers: ['layer'], subject: 'one' },
    index: { manifests: ['one', 'two'] },
    outer: { manifests: ['index'] },
  },
})
const { one, two, signature, index } = image.manifests

interface IndexJson {
  readonly mediaType?: string
  readonly manifests: readonly { readonly digest: string; readonly annotations?: Record<string, string> }[]
}

async function indexOf(folder: string): Promise<IndexJson> {
  return JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as IndexJson
}

async function namesOf(folder: string): Promise<readonly (string | undefined)[]> {
  return (await indexOf(folder)).manifests.map(
    (entry) => entry.annotations?.['org.opencontainers.image.ref.name'],
  )
}

/** A layout as other tools write them: only what is given. */
async function foreignLayout(folder: string, entries: readonly unknown[]): Promise<void> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true })
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion": "1.0.0"}')
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: entries }, undefined, 2),
  )
  for (const piece of [...Object.values(image.blobs), ...Object.values(image.manifests)]) {
    await writeFile(join(folder, 'blobs', piece.descriptor.digest.replace(':', '/')), piece.bytes)
  }
}

function named(piece: { readonly descriptor: object }, name: string): object {
  return { ...piece.descriptor, annotations: { 'org.opencontainers.image.ref.name': name } }
}

describe('a layout', () => {
  it('is created at the first write, whole', async () => {
    await using folder = await temporaryFolder()
    const path = folder.join('new/layout')
    await using layout = await openLayout(path, { access: 'write' })
    await expect(access(path)).rejects.toThrow('ENOENT')
    await layout.pushBlob(layout.repository, {}, opened('first'))
    await layout[Symbol.asyncDispose]()
    expect((await readdir(path)).toSorted()).toStrictEqual(['blobs', 'index.json', 'oci-layout'])
    expect(await indexOf(path)).toStrictEqual({ schemaVersion: 2, mediaType: oci.index, manifests: [] })
  })

  it.runIf(process.platform === 'linux')(
    'in a place that takes no folders is an error, and ends',
    async () => {
      await using layout = await openLayout('/proc/ocish-none', { access: 'write' })
      await expect(layout.pushBlob(layout.repository, {}, opened('first'))).toFailWith('FILE_FAILED')
    },
  )

  it('is one repository named after its folder', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [named(one, 'v1')])
    await using layout = await openLayout(folder.path, { access: 'read' })
    expect(layout.repository).toBe(basename(folder.path))
    expect(await Array.fromAsync(layout.repositories())).toStrictEqual([layout.repository])
    expect(await Array.fromAsync(layout.tags(layout.repository))).toStrictEqual(['v1'])
  })

  it('is not made of a folder with other things in it', async () => {
    await using folder = await temporaryFolder()
    await writeFile(folder.join('notes.txt'), 'mine')
    await expect(openLayout(folder.path, { access: 'write' })).toFailWith('LAYOUT_INVALID')
    await expect(openLayout(folder.path, { access: 'read' })).toFailWith('LAYOUT_INVALID')
    await expect(openLayout(folder.join('notes.txt'), { access: 'write' })).toFailWith('LAYOUT_INVALID')
    await expect(openLayout(folder.join('missing'), { access: 'read' })).toFailWith('FILE_NOT_FOUND')
  })

  it('neither locks nor writes when it is read', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [named(one, 'v1')])
    await writeFile(folder.join('index.json.lock'), 'somebody else')
    const before = await readdir(folder.path, { recursive: true })
    await using layout = await openLayout(folder.path, { access: 'read' })
    const { repository } = layout
    expect((await layout.openManifest(repository, 'v1')).descriptor).toMatchObject(one.descriptor)
    await expect(layout.pushBlob(repository, {}, opened('x'))).toFailWith('UNSUPPORTED')
    await expect(layout.deleteTag(repository, 'v1')).toFailWith('UNSUPPORTED')
    await layout[Symbol.asyncDispose]()
    expect(await readdir(folder.path, { recursive: true })).toStrictEqual(before)
  })

  it('replaces an entry of the same name where it stands', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.path, { access: 'write' })
    await image.push(layout, layout.repository)
    const { mediaType } = one.descriptor
    await layout.pushManifest(layout.repository, one.bytes, { mediaType, tags: ['a', 'b'] })
    await layout.pushManifest(layout.repository, two.bytes, { mediaType, tags: ['a'] })
    expect((await namesOf(folder.path)).filter((name) => name !== undefined)).toStrictEqual(['a', 'b'])
    expect((await layout.statManifest(layout.repository, 'a')).descriptor.digest).toBe(two.descriptor.digest)
  })

  it('lists the manifests of an index only below it', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.path, { access: 'write' })
    await image.push(layout, layout.repository)
    const digests = (await indexOf(folder.path)).manifests.map((entry) => entry.digest)
    expect(digests.toSorted()).toStrictEqual(
      [image.manifests.outer.descriptor.digest, signature.descriptor.digest].toSorted(),
    )
    expect((await layout.openManifest(layout.repository, one.descriptor.digest)).bytes).toStrictEqual(
      one.bytes,
    )
  })

  it('keeps a referrer that loses its tag', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.path, { access: 'write' })
    const { repository } = layout
    await image.push(layout, repository)
    await layout.pushManifest(repository, signature.bytes, { ...signature.descriptor, tags: ['sig'] })
    await layout.pushManifest(repository, one.bytes, { ...one.descriptor, tags: ['sig'] })
    const referrers = await Array.fromAsync(layout.referrers(repository, one.descriptor.digest))
    expect(referrers.map((referrer) => referrer.digest)).toStrictEqual([signature.descriptor.digest])
  })

  it('writes full references for other repositories than its own', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.path, { access: 'write' })
    for (const piece of Object.values(image.blobs)) {
      await layout.pushBlob(layout.repository, piece.descriptor, opened(piece.bytes))
    }
    await layout.pushManifest('ghcr.io/team/app', one.bytes, { ...one.descriptor, tags: ['v1'] })
    await layout.pushManifest('team/tool', two.bytes, two.descriptor)
    expect(await namesOf(folder.path)).toStrictEqual([
      'ghcr.io/team/app:v1',
      `team/tool@${two.descriptor.digest}`,
    ])
    expect(await Array.fromAsync(layout.repositories())).toStrictEqual(['ghcr.io/team/app', 'team/tool'])
    expect(await Array.fromAsync(layout.tags('ghcr.io/team/app'))).toStrictEqual(['v1'])
    expect(await Array.fromAsync(layout.tags(layout.repository))).toStrictEqual(['ghcr.io/team/app:v1'])
    await expect(layout.tags('other')).toFailWith('REPOSITORY_NOT_FOUND')
  })

  it('finishes an upload that another process began', async () => {
    await using folder = await temporaryFolder()
    const bytes = noise(300_000)
    const first = await openLayout(folder.path, { access: 'write' })
    const upload = await first.startUpload(first.repository)
    await upload.write(bytes.subarray(0, 100_000))
    const second = await openLayout(folder.path, { access: 'write' })
    const resumed = await second.resumeUpload(second.repository, upload.id)
    expect(resumed.offset).toBe(100_000)
    await resumed.write(bytes.subarray(100_000))
    const { digest } = await resumed.commit(digestOf(bytes))
    expect(digestOf(await readAll((await first.openBlob(first.repository, digest)).bytes))).toBe(digest)
    expect(await readdir(folder.join('.ocish'))).toStrictEqual([])
    await expect(first.resumeUpload(first.repository, upload.id)).toFailWith('UPLOAD_NOT_FOUND')
    await expect(first.resumeUpload(first.repository, '../../index')).toFailWith('UPLOAD_NOT_FOUND')
  })

  it('takes a blob from another layout without copying it', async () => {
    await using folder = await temporaryFolder()
    await using from = await openLayout(folder.join('from'), { access: 'write' })
    await using to = await openLayout(folder.join('to'), { access: 'write' })
    const blob = await from.pushBlob(from.repository, {}, opened(noise(70_000)))
    const file = await from.blobFile?.(from.repository, blob.digest)
    expect(await to.adoptBlob?.(to.repository, blob, file ?? '')).toMatchObject({
      digest: blob.digest,
      size: 70_000,
    })
    expect(digestOf(await readAll((await to.openBlob(to.repository, blob)).bytes))).toBe(blob.digest)
    const wrong = { ...blob, digest: digestOf(bytesOf('something else')) }
    await expect(to.adoptBlob?.(to.repository, wrong, file ?? '')).toFailWith('DIGEST_MISMATCH')
    const short = { ...wrong, size: 69_999 }
    await expect(to.adoptBlob?.(to.repository, short, file ?? '', { isHashed: true })).toFailWith(
      'SIZE_MISMATCH',
    )
    expect(await readdir(folder.join('to/.ocish'))).toStrictEqual([])
  })
})

describe('layouts of other tools', () => {
  it('may have no mediaType, duplicates, entries without size and names that are no tags', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [
      named(one, 'a+b'),
      { digest: two.descriptor.digest, annotations: { 'org.opencontainers.image.ref.name': 'bare' } },
      named(one, 'docker.io/library/app:1'),
      named(two, 'twice'),
      named(one, 'twice'),
      one.descriptor,
      { ...one.descriptor, mediaType: 'application/vnd.example.unknown+json' },
    ])
    await using layout = await openLayout(folder.path, { access: 'read' })
    const { repository } = layout
    const digestIn = async (repo: string, tag: string): Promise<string> =>
      (await layout.statManifest(repo, tag)).descriptor.digest
    expect(await digestIn(repository, 'a+b')).toBe(one.descriptor.digest)
    expect((await layout.statManifest(repository, 'bare')).descriptor).toStrictEqual(two.descriptor)
    expect(await digestIn(repository, 'docker.io/library/app:1')).toBe(one.descriptor.digest)
    expect(await digestIn('docker.io/library/app', '1')).toBe(one.descriptor.digest)
    expect(await digestIn(repository, 'twice')).toBe(one.descriptor.digest)
    expect(await Array.fromAsync(layout.tags(repository))).toStrictEqual(['a+b', 'bare', 'twice'])
    const both = [two.descriptor.digest, one.descriptor.digest]
    expect(await layout.tagDigests?.(repository, 'twice')).toStrictEqual(both)
    expect(await layout.tagDigests?.('docker.io/library/app', '1')).toStrictEqual([one.descriptor.digest])
    expect(await layout.tagDigests?.(repository, 'none')).toStrictEqual([])
    expect(await Array.fromAsync(layout.repositories())).toStrictEqual(
      ['docker.io/library/app', repository].toSorted(),
    )
  })

  it('keep their full references and unknown members when we write', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [{ ...named(one, 'docker.io/library/app:1'), 'x-extra': [1] }])
    await using layout = await openLayout(folder.path, { access: 'write' })
    await layout.pushManifest(layout.repository, two.bytes, { ...two.descriptor, tags: ['new'] })
    expect(await namesOf(folder.path)).toStrictEqual(['docker.io/library/app:1', 'new'])
    expect((await indexOf(folder.path)).manifests[0]).toHaveProperty('x-extra', [1])
    expect(await indexOf(folder.path)).not.toHaveProperty('mediaType')
  })

  it('may have nested indexes, whose referrers are found, and miss blobs', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [named(image.manifests.outer, 'nested'), named(signature, 'sig')])
    await rename(
      folder.join('blobs', image.blobs.layer.descriptor.digest.replace(':', '/')),
      folder.join('gone'),
    )
    await using layout = await openLayout(folder.path, { access: 'read' })
    const { repository } = layout
    expect((await layout.openManifest(repository, index.descriptor.digest)).descriptor).toMatchObject(
      index.descriptor,
    )
    await expect(layout.openBlob(repository, image.blobs.layer.descriptor)).toFailWith('BLOB_NOT_FOUND')
    const referrers = await Array.fromAsync(layout.referrers(repository, one.descriptor.digest))
    expect(referrers).toStrictEqual([signature.descriptor])
  })

  it('may list referrers by the fallback tag alone', async () => {
    await using folder = await temporaryFolder()
    const listed = { ...signature.descriptor, annotations: { note: 'listed' } }
    const fallback = JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [listed] })
    const digest = digestOf(bytesOf(fallback))
    const name = one.descriptor.digest.replace(':', '-')
    const entry = { mediaType: oci.index, digest, size: fallback.length }
    await foreignLayout(folder.path, [named({ descriptor: entry }, name)])
    await writeFile(folder.join('blobs', digest.replace(':', '/')), fallback)
    await rename(
      folder.join('blobs', signature.descriptor.digest.replace(':', '/')),
      folder.join('elsewhere'),
    )
    await using layout = await openLayout(folder.path, { access: 'read' })
    const referrers = await Array.fromAsync(layout.referrers(layout.repository, one.descriptor.digest))
    expect(referrers).toEqual([listed])
  })

  it('may lack oci-layout, but not be of another version', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [named(one, 'v1')])
    await writeFile(folder.join('oci-layout'), '{"imageLayoutVersion":"2.0.0"}')
    await expect(openLayout(folder.path, { access: 'read' })).toFailWith('LAYOUT_INVALID')
    await rename(folder.join('oci-layout'), folder.join('other'))
    await using layout = await openLayout(folder.path, { access: 'read' })
    expect((await layout.statManifest(layout.repository, 'v1')).descriptor).toStrictEqual(one.descriptor)
  })

  it('T10 with a link in place of a blob are refused', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [named(one, 'v1')])
    for (const piece of [one, image.blobs.layer]) {
      const path = folder.join('blobs', piece.descriptor.digest.replace(':', '/'))
      await rename(path, folder.join(`moved-${piece.descriptor.size}`))
      await symlink(folder.join(`moved-${piece.descriptor.size}`), path)
    }
    await using layout = await openLayout(folder.path, { access: 'read' })
    await expect(layout.openManifest(layout.repository, 'v1')).toFailWith('LAYOUT_INVALID')
    await expect(layout.openBlob(layout.repository, image.blobs.layer.descriptor)).toFailWith(
      'LAYOUT_INVALID',
    )
  })

  it.each([
    'sha256:../../index.json',
    'sha256:ABC',
    `sha256:${'a'.repeat(63)}`,
    '../x',
    'x'.repeat(1_000_000),
  ])('T29 with the digest %.30s are refused', async (digest) => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [{ mediaType: docker.manifest, digest, size: 3 }])
    await using layout = await openLayout(folder.path, { access: 'read' })
    await expect(layout.tags(layout.repository)).toFailWith('DIGEST_INVALID')
  })

  it('T32 with a byte flipped in any blob fail to be read', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [named(one, 'v1')])
    for (const piece of [one, image.blobs.layer, image.blobs.config]) {
      const flipped = Buffer.from(piece.bytes)
      flipped[3] = (flipped[3] ?? 0) ^ 1
      await writeFile(folder.join('blobs', piece.descriptor.digest.replace(':', '/')), flipped)
    }
    await using layout = await openLayout(folder.path, { access: 'read' })
    const { repository } = layout
    await expect(layout.openManifest(repository, 'v1')).toFailWith('DIGEST_MISMATCH')
    for (const { descriptor } of [image.blobs.layer, image.blobs.config]) {
      await expect(layout.openBlob(repository, descriptor).then((blob) => blob.bytes)).toFailWith(
        'DIGEST_MISMATCH',
      )
      await expect(layout.pump?.(repository, descriptor, () => {})).toFailWith('DIGEST_MISMATCH')
    }
  })

  it('whose files are none, or far too large, are refused', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [named(one, 'v1')])
    await truncate(folder.join('index.json'), 2 ** 32)
    const layout = await openLayout(folder.path, { access: 'read' })
    await expect(layout.tags(layout.repository)).toFailWith('LIMIT_EXCEEDED')
    await rm(folder.join('index.json'))
    await symlink('/dev/zero', folder.join('index.json'))
    await expect(layout.tags(layout.repository)).toFailWith('LAYOUT_INVALID')
    await rm(folder.join('oci-layout'))
    await mkdir(folder.join('oci-layout'))
    await expect(openLayout(folder.path, { access: 'read' })).toFailWith('LAYOUT_INVALID')
  })

  it('T33 with sizes that are none, or wrong, are refused', async () => {
    await using folder = await temporaryFolder()
    await foreignLayout(folder.path, [{ ...named(one, 'v1'), size: -1 }])
    const layout = await openLayout(folder.path, { access: 'read' })
    await expect(layout.statManifest(layout.repository, 'v1')).toFailWith('LAYOUT_INVALID')
    await foreignLayout(folder.path, [{ ...named(one, 'v1'), size: one.descriptor.size + 1 }])
    await expect(layout.statManifest(layout.repository, 'v1')).toFailWith('SIZE_MISMATCH')
  })
})

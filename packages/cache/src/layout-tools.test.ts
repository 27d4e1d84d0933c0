import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { digestOf, oci } from '@ocish/sdk'
import { bytesOf, content, has, noise, opened, readAll, temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { type Layout, openLayout } from './layout.ts'

const run = promisify(execFile)

/** A tar archive without entries: two blocks of zeros. */
const layer = new Uint8Array(1024)
const image = content({
  blobs: {
    config: { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } },
    layer,
  },
  manifests: {
    app: { config: 'config', layers: ['layer'], annotations: { made: 'here' } },
    index: { manifests: [{ manifest: 'app', platform: { os: 'linux', architecture: 'amd64' } }] },
  },
  tags: { v1: 'app', all: 'index' },
})
const { app, index } = image.manifests

async function digestAt(layout: Layout, tag: string): Promise<string> {
  return digestOf((await layout.openManifest(layout.repository, tag)).bytes)
}

describe.skipIf(!has('skopeo'))('skopeo', () => {
  it('reads what we write, image and index', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.join('ours'), { access: 'write' })
    await image.push(layout, layout.repository)
    for (const [tag, piece] of [
      ['v1', app],
      ['all', index],
    ] as const) {
      const { stdout } = await run('skopeo', ['inspect', '--raw', `oci:${layout.folder}:${tag}`], {
        encoding: 'utf8',
      })
      expect(digestOf(bytesOf(stdout))).toBe(piece.descriptor.digest)
      const target = `oci:${folder.join('theirs')}:${tag}`
      await run('skopeo', ['copy', '--all', '--preserve-digests', `oci:${layout.folder}:${tag}`, target])
    }
    await using theirs = await openLayout(folder.join('theirs'), { access: 'read' })
    expect(await Array.fromAsync(theirs.tags('theirs'))).toStrictEqual(['all', 'v1'])
    expect(await digestAt(theirs, 'v1')).toBe(app.descriptor.digest)
    expect(await digestAt(theirs, 'all')).toBe(index.descriptor.digest)
    const blob = await theirs.openBlob('theirs', image.blobs.layer.descriptor)
    expect(await readAll(blob.bytes)).toStrictEqual(layer)
  })

  it('and we write into one layout by turns', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.join('both'), { access: 'write' })
    await image.push(layout, layout.repository)
    const copy = [
      'copy',
      '--preserve-digests',
      `oci:${layout.folder}:v1`,
      `oci:${layout.folder}:docker.io/library/app:1`,
    ]
    await run('skopeo', copy)
    const extra = await layout.pushBlob(layout.repository, {}, opened(noise(2000)))
    expect(extra.size).toBe(2000)
    await layout.pushManifest(layout.repository, app.bytes, { mediaType: oci.manifest, tags: ['v2'] })
    expect(await Array.fromAsync(layout.tags(layout.repository))).toStrictEqual(['all', 'v1', 'v2'])
    const named = await layout.openManifest(layout.repository, 'docker.io/library/app:1')
    expect(named.descriptor.digest).toBe(app.descriptor.digest)
  })
})

describe.skipIf(!has('umoci'))('umoci', () => {
  it('reads what we write, and we what it writes', async () => {
    await using folder = await temporaryFolder()
    await using layout = await openLayout(folder.join('ours'), { access: 'write' })
    await image.push(layout, layout.repository)
    const { stdout } = await run('umoci', ['ls', '--layout', layout.folder], { encoding: 'utf8' })
    expect(stdout.trim().split('\n').toSorted()).toStrictEqual(['all', 'v1'])
    await run('umoci', ['tag', '--image', `${layout.folder}:v1`, 'v1+umoci'])
    expect(await Array.fromAsync(layout.tags(layout.repository))).toStrictEqual(['all', 'v1', 'v1+umoci'])
    expect(await digestAt(layout, 'v1+umoci')).toBe(app.descriptor.digest)
    // Nothing that a manifest reaches is garbage in its eyes.
    await run('umoci', ['gc', '--layout', layout.folder])
    const blob = await layout.openBlob(layout.repository, image.blobs.config.descriptor)
    expect(await readAll(blob.bytes)).toStrictEqual(image.blobs.config.bytes)
  })

  it('makes a layout that we go on with', async () => {
    await using folder = await temporaryFolder()
    await run('umoci', ['init', '--layout', folder.join('theirs')])
    await run('umoci', ['new', '--image', `${folder.join('theirs')}:fresh`])
    await using layout = await openLayout(folder.join('theirs'), { access: 'write' })
    await image.push(layout, layout.repository)
    expect(await Array.fromAsync(layout.tags(layout.repository))).toStrictEqual(['all', 'fresh', 'v1'])
    const { stdout } = await run('umoci', ['stat', '--json', '--image', `${join(layout.folder)}:v1`], {
      encoding: 'utf8',
    })
    expect(JSON.parse(stdout)).toHaveProperty('history')
  })
})

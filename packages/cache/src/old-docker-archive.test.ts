import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { encodeTarHeader, padding, tarEnd } from '@ocish/archive'
import { collect, copy } from '@ocish/core'
import { digestOf, oci } from '@ocish/sdk'
import { describeWith, noise, type TemporaryFolder, temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Archive, openArchive } from './archive.ts'
import { openLayout } from './layout.ts'

const run = promisify(execFile)

/** A tar of these files; objects are written as JSON. */
function tarOf(files: Readonly<Record<string, unknown>>): Buffer {
  const members = Object.entries(files).flatMap(([path, content]) => {
    const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content))
    const { length: size } = bytes
    const header = { path, type: 'file', mode: 0o644, uid: 0, gid: 0, size, mtime: 0 } as const
    return [encodeTarHeader(header), bytes, padding(size)]
  })
  return Buffer.concat([...members, tarEnd()])
}

const base = tarOf({ base: noise(5_000) })
const top = tarOf({ top: noise(300, 2) })
const config = { Cmd: ['/bin/sh'], Labels: { note: 'a<b' } }
const files = {
  'base/VERSION': Buffer.from('1.0'),
  'base/json': {
    id: 'base',
    created: '2014-10-01T20:46:07.263351912Z',
    container_config: { Cmd: ['/bin/sh', '-c', '#(nop) ADD file'] },
    Size: 5000,
  },
  'base/layer.tar': base,
  'top/json': {
    id: 'top',
    parent: 'base',
    created: '2014-10-01T20:46:08.914288461Z',
    container: '811003e0012e',
    container_config: { Cmd: ['/bin/sh', '-c', '#(nop) CMD [/bin/sh]'] },
    author: 'somebody',
    docker_version: '1.9.1',
    architecture: 'amd64',
    os: 'linux',
    config,
    Size: 0,
  },
  'top/layer.tar': top,
  repositories: { 'ex/app': { '1': 'top', latest: 'top' }, 'ex/base': { '1': 'base' } },
}

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

async function opened(changed: Readonly<Record<string, unknown>> = {}): Promise<Archive> {
  await writeFile(folder.join('old.tar'), tarOf({ ...files, ...changed }))
  return openArchive(folder.join('old.tar'), { access: 'read' })
}

describe('a docker-archive of before 2016', () => {
  it('has the configuration that Docker made of it, and the layers as they are', async () => {
    await using archive = await opened()
    const { bytes } = await archive.openManifest('ex/app', 'latest')
    const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly config: { readonly digest: string }
      readonly layers: readonly unknown[]
    }
    expect(manifest.layers).toStrictEqual(
      [base, top].map((layer) => ({ mediaType: oci.layer, digest: digestOf(layer), size: layer.length })),
    )
    const blob = await archive.openBlob('ex/app', manifest.config.digest)
    const made = await collect(blob.bytes, { limit: 10_000, what: 'configuration' })
    expect(new TextDecoder().decode(made)).toBe(
      '{"architecture":"amd64","author":"somebody","config":{"Cmd":["/bin/sh"],"Labels":{"note":"a\\u003cb"}},' +
        '"container":"811003e0012e","container_config":{"Cmd":["/bin/sh","-c","#(nop) CMD [/bin/sh]"]},' +
        '"created":"2014-10-01T20:46:08.914288461Z","docker_version":"1.9.1",' +
        '"history":[{"created":"2014-10-01T20:46:07.263351912Z","created_by":"/bin/sh -c #(nop) ADD file"},' +
        '{"created":"2014-10-01T20:46:08.914288461Z","author":"somebody","created_by":"/bin/sh -c #(nop) CMD [/bin/sh]"}],' +
        `"os":"linux","rootfs":{"type":"layers","diff_ids":["${digestOf(base)}","${digestOf(top)}"]}}`,
    )
  })

  it('names each image by its tags and by its place', async () => {
    await using archive = await opened()
    expect(await Array.fromAsync(archive.repositories())).toStrictEqual(['ex/app', 'ex/base'])
    expect(await Array.fromAsync(archive.tags('ex/app'))).toStrictEqual(['1', 'latest'])
    const at = async (name: string, reference: string): Promise<string> =>
      (await archive.statManifest(name, reference)).descriptor.digest
    expect(await at('old', '@0')).toBe(await at('ex/app', '1'))
    expect(await at('old', '@1')).toBe(await at('ex/base', '1'))
    await expect(at('old', '@2')).toFailWith('MANIFEST_NOT_FOUND')
  })

  it.each([
    ['whose layers go round', { 'base/json': { id: 'base', parent: 'top' } }],
    ['without a layer it names', { 'top/json': { id: 'top', parent: 'gone' } }],
    ['whose layer is no JSON', { 'top/json': Buffer.from('{') }],
    ['that names no image', { repositories: {} }],
    ['that names something else', { repositories: { app: ['top'] } }],
    ['that names no layer', { repositories: { app: { '1': 7 } } }],
  ])('%s is refused', async (_, changed) => {
    await expect(opened(changed)).toFailWith('ARCHIVE_INVALID')
  })

  it('of too many layers is refused', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [
        `${at}/json`,
        { id: String(at), ...(at > 0 && { parent: String(at - 1) }) },
      ]),
    )
    await expect(opened({ ...many, repositories: { app: { '1': '299' } } })).toFailWith('LIMIT_EXCEEDED')
  })

  it('that is changed under way is found out', async () => {
    await using archive = await opened()
    await writeFile(
      folder.join('old.tar'),
      tarOf({ ...files, 'top/layer.tar': Buffer.from(top).fill(1, 600, 700) }),
    )
    const { bytes } = await archive.openBlob('ex/app', digestOf(top))
    await expect(collect(bytes, { limit: 10_000, what: 'layer' })).toFailWith('DIGEST_MISMATCH')
  })
})

describeWith(['skopeo'], 'skopeo', () => {
  it('takes what we make of such an image: every diff_id fits', async () => {
    await using archive = await opened()
    await using layout = await openLayout(folder.join('new'), { access: 'write' })
    await copy(
      { registry: archive, repository: 'ex/app' },
      '1',
      { registry: layout, repository: layout.repository },
      {
        tags: ['v1'],
      },
    )
    const back = folder.join('new.tar')
    await run('skopeo', ['copy', `oci:${folder.join('new')}:v1`, `docker-archive:${back}:ex/app:1`])
    await using again = await openArchive(back, { access: 'read' })
    expect((await again.statManifest(again.repository, '@0')).descriptor.digest).toBe(
      (await archive.statManifest('ex/app', '1')).descriptor.digest,
    )
  })
})

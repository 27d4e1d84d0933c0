import { execFile } from 'node:child_process'
import { createMemoryRegistry } from '@ocish/core'
import {
  bytesOf,
  content,
  describeWith,
  noise,
  programPath,
  rawRequest,
  temporaryFolder,
} from '@ocish/testing'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { serve } from './serve.ts'

const run = promisify(execFile)

const layer = gzipSync(noise(2_000_000))
const built = content({
  blobs: {
    layer,
    amd64: { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, config: {} },
    arm64: { architecture: 'arm64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, config: {} },
  },
  manifests: {
    amd64: {
      config: 'amd64',
      layers: [{ blob: 'layer', mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
    },
    arm64: {
      config: 'arm64',
      layers: [{ blob: 'layer', mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
    },
    index: {
      manifests: [
        { manifest: 'amd64', platform: { os: 'linux', architecture: 'amd64' } },
        { manifest: 'arm64', platform: { os: 'linux', architecture: 'arm64' } },
      ],
    },
  },
  tags: { v1: 'index' },
})

async function skopeo(...args: readonly string[]): Promise<string> {
  await using folder = await temporaryFolder()
  const policy = ['--insecure-policy', '--tmpdir', folder.path]
  const { stdout } = await run(programPath('skopeo'), [...policy, ...args], {
    env: { ...process.env, HOME: folder.path },
  })
  return stdout
}

describeWith(['skopeo'], 'skopeo and the server', () => {
  const plain = ['--src-tls-verify=false', '--dest-tls-verify=false']

  it('copies an index from one server to another, digests preserved', async () => {
    const [here, there] = [createMemoryRegistry(), createMemoryRegistry()]
    await built.push(here, 'team/app')
    await using source = await serve(here)
    await using target = await serve(there)
    const names = [`docker://${source.host}/team/app:v1`, `docker://${target.host}/copy/app:v2`] as const
    await skopeo('copy', '--all', '--preserve-digests', ...plain, ...names)
    const copied = await there.openManifest('copy/app', 'v2')
    expect(copied.descriptor.digest).toBe(built.manifests.index.descriptor.digest)
    expect(Buffer.compare(copied.bytes, built.manifests.index.bytes)).toBe(0)
    const { digest, size } = built.blobs.layer.descriptor
    expect(await there.statBlob('copy/app', digest)).toMatchObject({ size })
  })

  it('goes through a layout and back, lists tags, inspects and deletes', async () => {
    await using folder = await temporaryFolder()
    const registry = createMemoryRegistry()
    await built.push(registry, 'team/app')
    await using server = await serve(registry)
    const layout = `oci:${folder.join('layout')}:v1`
    const name = `docker://${server.host}/team/app`
    await skopeo('copy', '--all', '--preserve-digests', '--src-tls-verify=false', `${name}:v1`, layout)
    await skopeo('copy', '--all', '--preserve-digests', '--dest-tls-verify=false', layout, `${name}:back`)
    expect((await registry.statManifest('team/app', 'back')).descriptor.digest).toBe(
      built.manifests.index.descriptor.digest,
    )
    const listed = JSON.parse(await skopeo('list-tags', '--tls-verify=false', name)) as {
      readonly Tags: readonly string[]
    }
    expect(listed.Tags).toStrictEqual(['back', 'v1'])
    const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `${name}:v1`)
    expect(Buffer.compare(bytesOf(raw), built.manifests.index.bytes)).toBe(0)
    await skopeo('delete', '--tls-verify=false', `${name}:v1`)
    expect((await rawRequest(`${server.url}/v2/team/app/manifests/v1`)).status).toBe(404)
  })

  it('logs in with Basic and with tokens', async () => {
    for (const scheme of ['basic', 'bearer'] as const) {
      const registry = createMemoryRegistry()
      await built.push(registry, 'team/app')
      await using server = await serve(registry, { auth: { scheme, users: { alice: 'secret' } } })
      const name = `docker://${server.host}/team/app:v1`
      const refused = skopeo('inspect', '--raw', '--tls-verify=false', name)
      await expect(refused).rejects.toThrow(/unauthorized|authentication required/)
      const raw = await skopeo('inspect', '--raw', '--tls-verify=false', '--creds', 'alice:secret', name)
      expect(Buffer.compare(bytesOf(raw), built.manifests.index.bytes)).toBe(0)
    }
  })
})

import { describe, expect, it } from 'vitest'
import { digestOf } from '@ocish/sdk'
import { bytesOf, content } from './content.ts'

describe('content', () => {
  const built = content({
    blobs: { layer: 'hello', config: { os: 'linux' } },
    manifests: {
      all: { manifests: ['app', { manifest: 'sbom', platform: { os: 'linux', architecture: 'arm64' } }] },
      app: { config: 'config', layers: ['layer', { blob: 'layer', annotations: { a: 'b' }, inline: true }] },
      sbom: { artifactType: 'application/vnd.test', layers: ['layer'], subject: 'app' },
    },
    tags: { latest: 'all' },
  })
  const read = (name: keyof typeof built.manifests): Record<string, unknown> =>
    JSON.parse(Buffer.from(built.manifests[name].bytes).toString()) as Record<string, unknown>

  it('fills in digests, sizes and media types', () => {
    expect(built.blobs.layer.descriptor.digest).toBe(digestOf(bytesOf('hello')))
    expect(read('app')['layers']).toStrictEqual([
      { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(bytesOf('hello')), size: 5 },
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: digestOf(bytesOf('hello')),
        size: 5,
        annotations: { a: 'b' },
        data: 'aGVsbG8=',
      },
    ])
  })

  it('lets manifests name each other in any order', () => {
    const { digest, size, mediaType } = built.manifests.app.descriptor
    expect(read('sbom')['subject']).toStrictEqual({ mediaType, digest, size })
    expect(read('all')['manifests']).toStrictEqual([
      built.manifests.app.descriptor,
      { ...built.manifests.sbom.descriptor, platform: { os: 'linux', architecture: 'arm64' } },
    ])
  })

  it('refuses a circle', () => {
    expect(() => content({ manifests: { a: { manifests: ['b'] }, b: { manifests: ['a'] } } })).toThrow(
      'itself',
    )
  })
})

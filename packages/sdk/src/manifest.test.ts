import { describe, expect, it } from 'vitest'
import { inlineData, parseDescriptor } from './descriptor.ts'
import { digestOf } from './digest.ts'
import { encodeManifest } from './encode.ts'
import { manifestArtifactType, parseManifest } from './manifest.ts'
import { docker, emptyBytes, emptyDescriptor, oci } from './media-types.ts'

const sha = `sha256:${'a'.repeat(64)}`
const layer = { mediaType: oci.layerGzip, digest: sha, size: 3 }
const image = { schemaVersion: 2, mediaType: oci.manifest, config: emptyDescriptor, layers: [layer] }
const index = { schemaVersion: 2, mediaType: oci.index, manifests: [{ ...layer, mediaType: oci.manifest }] }
const encoder = new TextEncoder()

function read(value: unknown, mediaType?: string): ReturnType<typeof parseManifest> {
  return parseManifest(encoder.encode(typeof value === 'string' ? value : JSON.stringify(value)), mediaType)
}

describe('manifests', () => {
  it('are read in every form', () => {
    expect(read(image)).toMatchObject({ form: 'image', mediaType: oci.manifest, layers: [layer] })
    expect(read(index)).toMatchObject({ form: 'index', mediaType: oci.index })
    expect(read({ ...image, mediaType: docker.manifest })).toMatchObject({
      form: 'image',
      mediaType: docker.manifest,
    })
    expect(read({ ...index, mediaType: docker.list })).toMatchObject({
      form: 'index',
      mediaType: docker.list,
    })
    expect(read({ mediaType: oci.artifact, artifactType: 'a/b', blobs: [layer] })).toMatchObject({
      form: 'artifact',
      artifactType: 'a/b',
      blobs: [layer],
    })
  })

  it('need no mediaType of their own', () => {
    const { mediaType: _, ...bareImage } = image
    const { mediaType: __, ...bareIndex } = index
    expect(read(bareImage).mediaType).toBe(oci.manifest)
    expect(read(bareIndex).mediaType).toBe(oci.index)
    expect(read(bareImage, docker.manifest).mediaType).toBe(docker.manifest)
    const v2s2 = { ...bareImage, config: { ...emptyDescriptor, mediaType: docker.config } }
    expect(read(v2s2).mediaType).toBe(docker.manifest)
  })

  it('tolerate null for empty lists and members nobody knows', () => {
    expect(read({ ...index, manifests: null, subject: null, annotations: null, x: { y: [1] } })).toEqual({
      form: 'index',
      mediaType: oci.index,
      manifests: [],
    })
  })

  it.each<[string, unknown, string?]>([
    ['both forms at once', { ...image, manifests: [] }],
    ['both forms at once, as an index', { ...index, layers: [] }],
    ['an index with a configuration', { ...index, config: emptyDescriptor }],
    ['a type unlike its Content-Type', image, oci.index],
    ['an image that comes as an index', { ...image, mediaType: undefined }, oci.index],
  ])('T30 refuses %s', (_, value, mediaType) => {
    expect(() => read(value, mediaType)).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID', exit: 6 }),
    )
  })

  it.each<[string, unknown]>([
    [
      'layers twice',
      `{"schemaVersion":2,"layers":[],"layers":[],"config":${JSON.stringify(emptyDescriptor)}}`,
    ],
    ['a digest twice', JSON.stringify(image).replace('"digest"', `"digest":"${sha}","digest"`)],
    ['Layers', { ...image, Layers: [] }],
    ['annotations twice', JSON.stringify(image).replace('{', '{"annotations":{"a":"1"},"annotations":{},')],
    ['a Digest beside the digest', { ...image, layers: [{ ...layer, Digest: `sha256:${'b'.repeat(64)}` }] }],
    ['MANIFESTS', { ...image, MANIFESTS: [] }],
    ['a long s', { ...image, ['layer\u017F']: [] }],
  ])('T48 refuses %s', (_, value) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }))
  })

  it.each<[string, unknown, string?]>([
    ['html', '<!doctype html><title>Sign in</title>'],
    ['html that says so', '<!doctype html>', 'text/html'],
    ['a list', []],
    ['nothing', ''],
    ['another version', { ...image, schemaVersion: 3 }],
    ['no version', { ...image, schemaVersion: undefined }],
    ['an image without configuration', { ...image, config: undefined }],
    ['an image without layers', { ...image, layers: undefined }],
    ['layers that are none', { ...image, layers: {} }],
    ['an annotation that is no string', { ...image, annotations: { a: 1 } }],
    ['another media type', { ...image, mediaType: 'application/json' }],
    ['something else', { hello: 'world' }],
  ])('refuses %s', (_, value, mediaType) => {
    expect(() => read(value, mediaType)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }))
  })

  it('names Docker schema 1', () => {
    const v1 = { schemaVersion: 1, name: 'a', tag: 'b', fsLayers: [], history: [] }
    expect(() => read(v1)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
    expect(() => read(v1, docker.schema1Signed)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  })

  it('has limits', () => {
    const deep = JSON.stringify(image).replace('{', `{"x":${'['.repeat(100)}${']'.repeat(100)},`)
    expect(() => read(deep)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
    expect(() => parseManifest(new Uint8Array(8 * 1024 * 1024 + 1))).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
  })

  it('knows the type of an artifact', () => {
    expect(manifestArtifactType(read({ ...image, artifactType: 'a/b' }))).toBe('a/b')
    expect(manifestArtifactType(read(image))).toBe(oci.empty)
    expect(manifestArtifactType(read(index))).toBeUndefined()
  })

  it('T47 keeps annotations whatever their name', () => {
    const text = JSON.stringify(image).replace('{', '{"annotations":{"__proto__":"p","constructor":"c"},')
    const { annotations } = read(text)
    expect(Object.entries(annotations ?? {})).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ])
    expect(new TextDecoder().decode(encodeManifest(read(text) as never))).toContain(
      '"annotations":{"__proto__":"p","constructor":"c"}',
    )
  })
})

describe('descriptors', () => {
  it.each([2 ** 62, -1, 1.5, '10', Number.NaN, Infinity, null, undefined, 2 ** 53])(
    'T36 refuses the size %s',
    (size) => {
      expect(() => parseDescriptor({ ...layer, size }, 'layers[0]')).toThrow(
        expect.objectContaining({
          code: 'MANIFEST_INVALID',
          message: 'layers[0].size is not a number of bytes',
        }),
      )
    },
  )

  it('T36 refuses a size written as a huge number, in a manifest', () => {
    for (const size of ['4611686018427387904', '1e400', '-1']) {
      const text = JSON.stringify(image).replace('"size":3', `"size":${size}`)
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }))
    }
  })

  it.each([
    'sha256:../..',
    'sha256:ABC',
    '',
    7,
    undefined,
    `sha256:${'a'.repeat(63)}`,
    'x'.repeat(1_000_000),
  ])('T29 refuses the digest %.30j', (digest) => {
    expect(() => parseDescriptor({ ...layer, digest }, 'config')).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID' }),
    )
  })

  it('reads all members, and none of those it does not know', () => {
    const full = {
      ...layer,
      urls: ['https://x.test'],
      annotations: { a: '' },
      data: 'e30=',
      platform: { os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': '1', 'os.features': ['f'] },
      artifactType: 'a/b',
    }
    expect(parseDescriptor({ ...full, more: 1 }, 'x')).toEqual(full)
    expect(parseDescriptor({ ...layer, urls: null, platform: null, artifactType: '' }, 'x')).toEqual(layer)
  })

  it('T33 takes inline content only where size and digest fit', () => {
    expect(inlineData(emptyDescriptor)).toEqual(emptyBytes())
    expect(inlineData({ ...emptyDescriptor, data: 'e31=' })).toBeUndefined()
    expect(inlineData({ ...emptyDescriptor, size: 3 })).toBeUndefined()
    expect(inlineData({ ...emptyDescriptor, data: 'e30=e30=' })).toBeUndefined()
    expect(inlineData({ ...emptyDescriptor, digest: 'md5:0' })).toBeUndefined()
    expect(inlineData(layer)).toBeUndefined()
  })
})

describe('exact encoding', () => {
  it('writes the golden artifact of runconfig.md §6', () => {
    const bytes = encodeManifest({
      form: 'image',
      mediaType: oci.manifest,
      artifactType: 'application/vnd.toolhive.runconfig',
      config: emptyDescriptor,
      layers: [
        {
          mediaType: 'application/vnd.toolhive.runconfig.v1+json',
          digest: 'sha256:0ba763e4d6f9d3e081a6f075f26dbccc5d004b460c32efc43dd20a3599982d29',
          size: 166,
        },
      ],
      annotations: {
        'org.opencontainers.image.version': '1.0',
        'org.opencontainers.image.description': 'Runtime configuration for fetch',
        'org.opencontainers.image.created.by': 'toolhive',
        'org.opencontainers.image.created': '2000-01-01T00:00:00Z',
      },
    })
    expect(bytes.length).toBe(694)
    expect(digestOf(bytes)).toBe('sha256:704caec302b8c56523ea3182d0cc22a5f2d77404179d746e41e0f9a19ae6e845')
  })

  it("has the member order of image-spec's Go types", () => {
    const bytes = encodeManifest({
      form: 'index',
      mediaType: oci.index,
      artifactType: 'a/b',
      manifests: [
        {
          artifactType: 'c/d',
          platform: {
            variant: 'v7',
            os: 'linux',
            architecture: 'arm',
            'os.features': ['f'],
            'os.version': '1',
          },
          data: 'e30=',
          annotations: { b: '<', a: '' },
          urls: ['https://x.test/?a&b'],
          size: 3,
          digest: sha,
          mediaType: oci.manifest,
        },
      ],
      subject: layer,
      annotations: {},
    })
    expect(new TextDecoder().decode(bytes)).toBe(
      `{"schemaVersion":2,"mediaType":"${oci.index}","artifactType":"a/b","manifests":[{"mediaType":"${oci.manifest}",` +
        `"digest":"${sha}","size":3,"urls":["https://x.test/?a\\u0026b"],"annotations":{"a":"","b":"\\u003c"},"data":"e30=",` +
        '"platform":{"architecture":"arm","os":"linux","os.version":"1","os.features":["f"],"variant":"v7"},"artifactType":"c/d"}],' +
        `"subject":{"mediaType":"${oci.layerGzip}","digest":"${sha}","size":3}}`,
    )
  })

  it('comes back from its bytes', () => {
    const again = (value: unknown): unknown => parseManifest(encodeManifest(read(value) as never))
    const full = { ...image, subject: layer, annotations: { a: 'b' }, artifactType: 'a/b' }
    for (const value of [image, index, full]) expect(again(value)).toEqual(read(value))
  })

  it('has the empty descriptor right', () => {
    expect(digestOf(emptyBytes())).toBe(emptyDescriptor.digest)
  })
})

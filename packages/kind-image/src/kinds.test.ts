import { writeTar } from '@ocish/archive'
import { type Artifact, docker, oci, type PackedManifest } from '@ocish/sdk'
import { artifactOf, bytesOf, describeKind, kindContext, memorySource, opened } from '@ocish/testing'
import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { type FileBundle, files } from './files.ts'
import { image } from './image.ts'
import { plugin } from './plugin.ts'
import { imageIndex } from './image-index.ts'
import { wasm } from './wasm.ts'

const file = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const

function tarOf(contents: Readonly<Record<string, string>>): () => AsyncIterable<Uint8Array> {
  const entries = Object.entries(contents).map(([path, text]) => ({
    ...file,
    path,
    size: bytesOf(text).length,
    open: opened(text),
  }))
  return () => writeTar(entries)
}

const configuration = {
  created: '2026-01-02T03:04:05Z',
  architecture: 'arm64',
  variant: 'v8',
  os: 'linux',
  config: {
    Entrypoint: ['/app'],
    Cmd: ['--serve'],
    Env: ['A=b'],
    ExposedPorts: { '80/tcp': {} },
    Labels: { a: 'b' },
  },
  history: [{ created_by: '/bin/sh -c #(nop)  CMD ["x"]', empty_layer: true }, { created_by: 'COPY . /' }],
}

function packedImage(): PackedManifest {
  return {
    config: { mediaType: oci.config, open: opened(JSON.stringify(configuration)) },
    layers: [{ mediaType: oci.layer, open: tarOf({ 'etc/os': 'x', app: 'program' }) }],
  }
}

const imageArtifact = (): Promise<Artifact> => artifactOf(packedImage())

describeKind(image, {
  packageJson,
  cases: [{ name: 'an image', artifact: imageArtifact, unpacked: { 'etc/os': 'x', app: 'program' } }],
  refusals: [
    {
      name: 'a configuration that is no object',
      artifact: () => artifactOf({ config: { mediaType: docker.config, open: opened('[]') }, layers: [] }),
      code: 'KIND_INPUT_INVALID',
    },
  ],
})

test('an image says what it runs and how it was made', async () => {
  const description = image.describe((await image.read(await imageArtifact(), kindContext())) as never)
  expect(description.title).toBe('image linux/arm64/v8')
  expect(Object.fromEntries(description.fields.map(({ label, value }) => [label, value]))).toMatchObject({
    entrypoint: '/app',
    command: '--serve',
    ports: ['80/tcp'],
    history: ['CMD ["x"] (no layer)', 'COPY . /'],
  })
})

describeKind(imageIndex, {
  packageJson,
  cases: [
    {
      name: 'an index',
      artifact: () =>
        artifactOf({ index: [{ platform: { os: 'linux', architecture: 'amd64' }, packed: packedImage() }] }),
    },
  ],
  refusals: [{ name: 'an image', artifact: imageArtifact, code: 'KIND_INPUT_INVALID' }],
})

const moduleBytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)

describeKind(wasm, {
  packageJson,
  cases: [
    {
      name: 'a component',
      artifact: () =>
        artifactOf({
          config: {
            mediaType: 'application/vnd.wasm.config.v0+json',
            open: opened(
              '{"architecture":"wasm","os":"wasip2","component":{"exports":["wasi:http/incoming-handler"]}}',
            ),
          },
          layers: [{ mediaType: 'application/wasm', open: opened(moduleBytes) }],
        }),
    },
  ],
  refusals: [{ name: 'nothing', artifact: () => artifactOf({ layers: [] }), code: 'KIND_INPUT_INVALID' }],
})

const titled = (title: string): Record<string, string> => ({ 'org.opencontainers.image.title': title })

describeKind(files, {
  packageJson,
  cases: [
    {
      name: 'a file and a folder',
      artifact: () =>
        artifactOf({
          artifactType: 'application/vnd.unknown.artifact.v1',
          layers: [
            { mediaType: 'text/plain', annotations: titled('readme.txt'), open: opened('read') },
            {
              mediaType: oci.layer,
              annotations: { ...titled('src'), 'io.deis.oras.content.unpack': 'true' },
              open: tarOf({ 'src/a': 'A', 'src/b/c': 'C' }),
            },
          ],
        }),
      unpacked: { 'readme.txt': 'read', 'src/a': 'A', 'src/b/c': 'C' },
    },
  ],
  refusals: [
    {
      name: 'T1 a title that climbs',
      artifact: () =>
        artifactOf({ layers: [{ mediaType: 'text/plain', annotations: titled('../x'), open: opened('') }] }),
      code: 'ARCHIVE_UNSAFE',
    },
  ],
})

test('T45 a title that is no path is shown, and only writing it is refused', async () => {
  const artifact = await artifactOf({
    layers: [{ mediaType: 'text/plain', annotations: titled('\u001B]8;;x\u001B\\'), open: opened('') }],
  })
  const model = (await files.read(artifact, kindContext())) as FileBundle
  expect(files.describe(model)).toMatchObject({ title: '\u001B]8;;x\u001B\\' })
})

describeKind(plugin, {
  packageJson,
  cases: [
    {
      name: 'a plugin of one kind',
      source: () =>
        memorySource({
          'package.json': '{"name":"ocish-kind-note","version":"1.0.0","ocish":{"kinds":[{"name":"note"}]}}',
          'dist/index.mjs': 'export default {}',
          'node_modules/a/index.js': 'stays out',
        }),
    },
  ],
  refusals: [
    {
      name: 'a package without kinds',
      source: () => memorySource({ 'package.json': '{"name":"a","version":"1.0.0"}' }),
      code: 'KIND_INPUT_INVALID',
    },
  ],
})

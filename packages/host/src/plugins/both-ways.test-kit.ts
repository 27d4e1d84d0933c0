import { writeTar } from '@ocish/archive'
import { type Annotations, type Artifact, digestOf, oci, type PackedManifest, type Part } from '@ocish/sdk'
import {
  artifactOf,
  bytesOf,
  type KindCase,
  type LocationCase,
  memoryFile,
  memorySource,
  miniSource,
  opened,
} from '@ocish/testing'

function part(mediaType: string, content: string | Uint8Array, annotations?: Annotations): Part {
  return { mediaType, open: opened(content), ...(annotations && { annotations }) }
}

const titled = (title: string): Annotations => ({ 'org.opencontainers.image.title': title })
const subject = { mediaType: oci.manifest, digest: digestOf(bytesOf('subject')), size: 7 }

async function tarOf(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([path, text]) => ({
    path,
    type: 'file' as const,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: bytesOf(text).length,
    open: opened(text),
  }))
  return Buffer.concat(await Array.fromAsync(writeTar(entries)))
}

/** A small image of one layer. */
export async function packedImage(labels: Annotations = {}): Promise<PackedManifest> {
  const layer = await tarOf({ 'usr/bin/app': 'program', 'usr/etc/os': 'x' })
  const config = {
    os: 'linux',
    architecture: 'amd64',
    config: { Cmd: ['x'], Labels: labels },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    history: [{ created_by: 'made by hand' }],
  }
  return { config: part(oci.config, JSON.stringify(config)), layers: [part(oci.layer, layer)] }
}

const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha256: 'b'.repeat(64) } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: { buildType: 'https://example.com/build' },
    runDetails: { builder: { id: 'https://example.com/runner' } },
  },
}
const payload = {
  critical: {
    identity: { 'docker-reference': 'example.com/app' },
    image: { 'docker-manifest-digest': `sha256:${'a'.repeat(64)}` },
    type: 'cosign container image signature',
  },
  optional: null,
}
const cosign = 'application/vnd.dev.cosign.simplesigning.v1+json'
const runConfig = { schema_version: 'v0.1.0', name: 'fetch', image: 'ghcr.io/a/b:1', transport: 'stdio' }
const empty = (): Part => part(oci.config, '{}')
const made = (packed: () => PackedManifest | Promise<PackedManifest>) => async (): Promise<Artifact> =>
  artifactOf(await packed())

/** One good artifact of every kind that comes with the program, by package and kind. */
export const casesOfKinds: readonly (readonly [packageName: string, kind: string, given: KindCase])[] = [
  [
    'kind-image',
    'image',
    {
      name: 'an image',
      artifact: made(packedImage),
      unpacked: { 'usr/bin/app': 'program', 'usr/etc/os': 'x' },
    },
  ],
  [
    'kind-image',
    'index',
    {
      name: 'an index',
      artifact: async () =>
        artifactOf({
          index: [{ platform: { os: 'linux', architecture: 'amd64' }, packed: await packedImage() }],
        }),
    },
  ],
  [
    'kind-image',
    'signature',
    {
      name: 'a cosign signature',
      artifact: made(() => ({
        subject,
        config: empty(),
        layers: [part(cosign, JSON.stringify(payload), { 'dev.cosignproject.cosign/signature': 'bm9uZQ==' })],
      })),
    },
  ],
  [
    'kind-image',
    'attestation',
    {
      name: 'a statement',
      artifact: made(() => ({
        config: empty(),
        layers: [part('application/vnd.in-toto+json', JSON.stringify(statement))],
      })),
    },
  ],
  [
    'kind-image',
    'sbom',
    {
      name: 'an SBOM',
      artifact: made(() => ({ layers: [part('application/spdx+json', '{"spdxVersion":"SPDX-2.3"}')] })),
    },
  ],
  [
    'kind-image',
    'wasm',
    {
      name: 'a module',
      artifact: made(() => ({ layers: [part('application/wasm', bytesOf('\0asm\u0001\0\0\0'))] })),
    },
  ],
  [
    'kind-image',
    'files',
    {
      name: 'a file and a folder',
      artifact: made(async () => ({
        artifactType: 'application/vnd.unknown.artifact.v1',
        layers: [
          part('text/plain', 'read', titled('readme.txt')),
          part(oci.layer, await tarOf({ 'src/a': 'A' }), {
            ...titled('src'),
            'io.deis.oras.content.unpack': 'true',
          }),
        ],
      })),
      unpacked: { 'readme.txt': 'read', 'src/a': 'A' },
    },
  ],
  [
    'kind-image',
    'ocish-plugin',
    {
      name: 'a plugin of one kind',
      source: () =>
        memorySource({
          'package.json': '{"name":"ocish-kind-note","version":"1.0.0","ocish":{"kinds":[{"name":"note"}]}}',
          'dist/index.mjs': 'export default {}',
        }),
    },
  ],
  [
    'kind-klaus',
    'klaus-plugin',
    {
      name: 'a plugin',
      source: () =>
        memorySource(
          { '.claude-plugin/plugin.json': '{"name":"base","description":"d"}', 'README.md': '# Base' },
          'base',
        ),
    },
  ],
  [
    'kind-klaus',
    'klaus-personality',
    {
      name: 'a personality',
      source: () =>
        memorySource(
          {
            'personality.yaml':
              'name: sre\ndescription: d\ntoolchain:\n  repository: go\nplugins:\n- repository: gs-base\n  tag: v1.10.0\n',
            'SOUL.md': '# Soul\n',
          },
          'sre',
        ),
    },
  ],
  [
    'kind-klaus',
    'klaus-toolchain',
    {
      name: 'a toolchain',
      artifact: made(async () => ({
        ...(await packedImage()),
        annotations: { 'io.giantswarm.klaus.name': 'go', 'io.giantswarm.klaus.description': 'Go' },
      })),
    },
  ],
  [
    'kind-helm',
    'helm',
    {
      name: 'a chart',
      source: () =>
        memorySource(
          {
            'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.0\ndescription: d\n',
            'values.yaml': 'replicas: 1\n',
            'templates/a.yaml': 'kind: A\n',
          },
          'web',
        ),
      unpacked: {
        'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.0\ndescription: d\n',
        'values.yaml': 'replicas: 1\n',
        'templates/a.yaml': 'kind: A\n',
      },
    },
  ],
  [
    'kind-runconfig',
    'runconfig',
    {
      name: 'a run configuration',
      source: () => memoryFile('runconfig.json', JSON.stringify(runConfig)),
    },
  ],
  [
    'kind-ostree-image',
    'ostree-image',
    {
      name: 'an image of a commit',
      artifact: made(() => packedImage({ 'ostree.commit': 'c'.repeat(64) })),
      unpacked: { 'usr/bin/app': 'program', 'usr/etc/os': 'x' },
    },
  ],
]

/** Locations of the schemes that kinds open, by kind. */
export const locationsOfKinds: Readonly<Record<string, readonly LocationCase[]>> = {
  'ostree-image': [
    {
      name: 'a commit of a repository',
      location: { scheme: 'kind', name: 'ostree', rest: './repo:demo', text: 'ostree:./repo:demo' },
      folders: { './repo': () => miniSource() },
      files: { 'usr/bin/hello': 'hello\n' },
    },
  ],
}

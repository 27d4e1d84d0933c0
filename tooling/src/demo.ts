import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DemoImage, writeDemoLayout } from './demo-layout.ts'

/** How one artifact comes to be: what is written first, and the lines that make it. A new kind adds its own row. */
export interface Demo {
  /** The kinds that are in the registry afterwards, and where: the artifact itself, or what refers to it. */
  readonly shows: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  /** OCI layouts by folder. */
  readonly layouts?: Readonly<Record<string, readonly DemoImage[]>>
  readonly lines: readonly string[]
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const digest = `sha256:${'5c1e'.repeat(16)}`

const app = (architecture: string, version: string): DemoImage => ({
  architecture,
  files: {
    'usr/': '',
    'usr/bin/': '',
    'usr/bin/hello': `#!/bin/sh\necho hello ${version} ${architecture}\n`,
  },
  labels: { 'org.opencontainers.image.version': version },
  annotations: {
    'org.opencontainers.image.title': 'app',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.description': 'Says hello',
  },
})

const system: DemoImage = {
  architecture: 'amd64',
  files: {
    'etc/': '',
    'etc/os-release': 'NAME=Demo\nID=demo\nVERSION_ID=1\n',
    'usr/': '',
    'usr/bin/': '',
    'usr/bin/init': '#!/bin/sh\nexec sleep 1000\n',
    'usr/bin/sh': '→ init',
  },
}

/** Every artifact of the demo, in the order in which they are made. `at` is where they go: `HOST/demo`. */
export const demos = (at: string): readonly Demo[] => [
  {
    shows: { files: `${at}/notes:1.1` },
    files: { 'notes/hello.txt': 'hello\n', 'notes/world.txt': 'world\n', 'notes/again.txt': 'hello again\n' },
    lines: [
      `push notes/hello.txt notes/world.txt ${at}/notes:1.0`,
      `push notes/hello.txt notes/again.txt ${at}/notes:1.1 -t latest`,
    ],
  },
  {
    shows: { runconfig: `${at}/fetch:1.0` },
    files: {
      'fetch.runconfig.json': json({
        schema_version: 'v0.1.0',
        image: 'ghcr.io/example/fetch:1.0.0',
        name: 'fetch',
        transport: 'stdio',
        permission_profile: { name: 'fetch', network: { outbound: { allow_host: ['api.example.com'] } } },
        secrets: ['fetch-token,target=API_TOKEN'],
      }),
    },
    lines: [`push --as runconfig fetch.runconfig.json ${at}/fetch:1.0`],
  },
  {
    shows: { helm: `${at}/charts/web:1.2.0` },
    files: {
      'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.0\ndescription: A small web server\n',
      'chart/values.yaml': 'replicas: 1\n',
      'chart/templates/service.yaml': 'kind: Service\napiVersion: v1\nmetadata:\n  name: web\n',
    },
    lines: [`push --as helm ./chart ${at}/charts/web:1.2.0`],
  },
  {
    shows: { 'klaus-plugin': `${at}/klaus/plugins/gs-base:0.3.1` },
    files: {
      'gs-base/.claude-plugin/plugin.json': json({
        name: 'gs-base',
        description: 'Base skills for platform engineers',
        keywords: ['platform'],
      }),
      'gs-base/skills/release/SKILL.md':
        '---\nname: release\ndescription: How a release is made.\n---\n\n# release\n',
    },
    lines: ['0.3.0', '0.3.1'].map(
      (version) => `push --as klaus-plugin ./gs-base ${at}/klaus/plugins/gs-base:${version}`,
    ),
  },
  {
    shows: { 'klaus-toolchain': `${at}/klaus/toolchains/go:1.26.0` },
    layouts: {
      toolchain: [
        {
          ...app('amd64', '1.26.0'),
          annotations: {
            'io.giantswarm.klaus.name': 'go',
            'io.giantswarm.klaus.description': 'The Go toolchain',
          },
        },
      ],
    },
    lines: [`cp oci:toolchain:1 ${at}/klaus/toolchains/go:1.26.0`],
  },
  {
    shows: { 'klaus-personality': `${at}/klaus/personalities/sre:1.0.0` },
    files: {
      'sre/personality.yaml': `name: sre\ndescription: Keeps things running\ntoolchain:\n  repository: ${at}/klaus/toolchains/go\n  tag: 1.26.0\nplugins:\n  - repository: ${at}/klaus/plugins/gs-base\n    tag: 0.3.1\n`,
      'sre/SOUL.md': '# sre\n\nCalm, and looks twice.\n',
    },
    lines: [`push --as klaus-personality ./sre ${at}/klaus/personalities/sre:1.0.0`],
  },
  {
    shows: { index: `${at}/app:1.4.0`, image: `${at}/app:1.3.0` },
    layouts: {
      'app-1.3': [app('amd64', '1.3.0')],
      'app-1.4': [app('amd64', '1.4.0'), app('arm64', '1.4.0')],
    },
    lines: [
      `cp oci:app-1.3:1 ${at}/app:1.3.0`,
      `cp oci:app-1.4:1 ${at}/app:1.4.0`,
      `tag ${at}/app:1.4.0 latest`,
    ],
  },
  ...referring(at),
  {
    shows: { wasm: `${at}/filter:0.1.0` },
    files: {
      'filter.wasm': '\0asm\u0001\0\0\0',
      'wasm.json': json({
        architecture: 'wasm',
        os: 'wasip2',
        layerDigests: [],
        component: { exports: ['run'] },
      }),
    },
    lines: [
      `push --config wasm.json --config-type application/vnd.wasm.config.v0+json --type application/wasm filter.wasm ${at}/filter:0.1.0`,
    ],
  },
  {
    shows: { 'ostree-image': `${at}/os/encapsulated:1` },
    layouts: { system: [system] },
    lines: [
      'ostree import oci:system:1 ./repo --ref demo/stable',
      `ostree build ./repo demo/stable ${at}/os/plain:1 --arch amd64`,
      `ostree encapsulate ./repo demo/stable ${at}/os/encapsulated:1 --arch amd64`,
    ],
  },
  {
    shows: { 'ocish-plugin': `${at}/plugins/notes:0.1.0` },
    files: {
      'plugin/package.json': json({
        name: 'ocish-kind-notes',
        version: '0.1.0',
        description: 'A kind for notes',
        type: 'module',
        exports: './index.js',
        ocish: {
          apiVersion: 1,
          kinds: [{ name: 'notes', match: [{ artifactType: 'application/vnd.example.notes' }] }],
        },
      }),
      'plugin/index.js': "export const notes = { name: 'notes' }\n",
    },
    lines: [`push --as ocish-plugin ./plugin ${at}/plugins/notes:0.1.0`],
  },
]

/** What says something about another artifact. */
function referring(at: string): readonly Demo[] {
  const image = `${at}/app:1.4.0`
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'app', digest: { sha256: digest.slice(7) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: { buildDefinition: { buildType: 'https://example.com/build' }, runDetails: {} },
  }
  const signed = {
    critical: {
      identity: { 'docker-reference': image },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  }
  const packages = [{ name: 'hello', SPDXID: 'SPDXRef-hello', versionInfo: '1.4.0' }]
  return [
    {
      shows: { sbom: image },
      files: {
        'sbom.spdx.json': json({
          spdxVersion: 'SPDX-2.3',
          SPDXID: 'SPDXRef-DOCUMENT',
          name: 'app',
          packages,
        }),
      },
      lines: [
        `attach --artifact-type application/spdx+json --type application/spdx+json sbom.spdx.json ${image}`,
      ],
    },
    {
      shows: { signature: image },
      files: { 'signature.json': json(signed) },
      lines: [
        `attach --artifact-type application/vnd.dev.cosign.artifact.sig.v1+json --type application/vnd.dev.cosign.simplesigning.v1+json signature.json ${image}`,
      ],
    },
    {
      shows: { attestation: image },
      files: { 'provenance.json': json(statement) },
      lines: [
        `attach --artifact-type application/vnd.in-toto+json --type application/vnd.in-toto+json provenance.json ${image}`,
      ],
    },
  ]
}

/** Fills a registry with one artifact of each kind: writes what they are made of, and runs the lines as one script there. */
export async function fillRegistry(
  address: string,
  folder: string,
  run: (words: readonly string[]) => Promise<void>,
): Promise<void> {
  const all = demos(`${address}/demo`)
  for (const { files = {}, layouts = {} } of all) {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    for (const [name, images] of Object.entries(layouts)) await writeDemoLayout(join(folder, name), images)
  }
  await run(['-q', '-c', all.flatMap(({ lines }) => lines).join(' && ')])
}

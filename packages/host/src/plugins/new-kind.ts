import { OcishError, packageField } from '@ocish/sdk'
import type { Env } from '../paths.ts'

/** `plugin new`: a complete kind, by path. Errors: PLUGIN_FAILED for a name that is not kebab-case. */
export function newKindFiles(name: string, env: Env): Readonly<Record<string, string>> {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length > 50)
    throw new OcishError('PLUGIN_FAILED', `${JSON.stringify(name)} is no name of a kind`, {
      hint: 'Write it like note or design-note.',
    })
  const type = `application/vnd.example.${name}.v1+json`
  return {
    'package.json': `${JSON.stringify(packageOf(name, type, env), null, 2)}\n`,
    'src/index.ts': codeOf(name, type),
    'src/index.test.ts': testOf(name),
    'README.md': readmeOf(name),
  }
}

function packageOf(name: string, type: string, env: Env): object {
  const from = env['OCISH_SDK_FROM']
  const sourceOf = (short: string): string => (from === undefined ? '*' : `file:${from}/ocish-${short}.tgz`)
  const data = { name, match: [{ artifactType: type }], sources: [{ fileName: `*.${name}.json` }] }
  return {
    name: `ocish-kind-${name}`,
    version: '0.1.0',
    description: `The kind ${name}`,
    keywords: ['ocish-kind'],
    type: 'module',
    exports: './dist/index.mjs',
    files: ['dist'],
    scripts: {
      build: 'rolldown src/index.ts --file dist/index.mjs --format esm --platform node',
      test: 'vitest run',
      prepack: 'npm run build',
    },
    devDependencies: {
      '@ocish/sdk': sourceOf('sdk'),
      '@ocish/testing': sourceOf('testing'),
      rolldown: '*',
      vitest: '*',
    },
    ocish: packageField([data]),
  }
}

function codeOf(name: string, type: string): string {
  return `import { type Artifact, defineKind, isJsonObject, type Kind, OcishError, parseJson } from '@ocish/sdk'

const mediaType = '${type}'
const maxSize = 1024 * 1024

/** What a ${name} is, once it was read. */
export interface Model {
  readonly title: string
  readonly text: string
}

async function read(artifact: Artifact): Promise<Model> {
  const layer = artifact.layers.find((one) => one.mediaType === mediaType)
  if (layer === undefined || layer.size > maxSize) throw new OcishError('KIND_INPUT_INVALID', 'no ${name} in it')
  const chunks: Uint8Array[] = []
  for await (const chunk of artifact.open(layer)) chunks.push(chunk)
  const value = parseJson(Buffer.concat(chunks), { what: 'the ${name}', code: 'KIND_INPUT_INVALID', maxSize })
  const { title, text } = isJsonObject(value) ? value : {}
  if (typeof title === 'string' && /^\\S.*$/.test(title) && typeof text === 'string') return { title, text }
  throw new OcishError('KIND_INPUT_INVALID', 'a ${name} has a title and a text')
}

const kind: Kind<Model> = defineKind<Model>({
  name: '${name}',
  match: [{ artifactType: mediaType }],
  sources: [{ fileName: '*.${name}.json' }],
  read,
  describe: ({ title, text }) => ({ title, fields: [{ label: 'text', value: text }] }),
  async pack(source) {
    if (source.type !== 'file') throw new OcishError('KIND_INPUT_INVALID', 'a ${name} is one file')
    return { artifactType: mediaType, layers: [{ mediaType, open: () => source.open('') }] }
  },
})

export default kind
`
}

function testOf(name: string): string {
  return `import { artifactOf, describeKind, memoryFile } from '@ocish/testing'
import packageJson from '../package.json' with { type: 'json' }
import kind from './index.ts'

const source = () => memoryFile('a.${name}.json', '{"title":"Hello","text":"from a ${name}"}')

describeKind(kind, {
  packageJson,
  cases: [{ name: 'a small one', source }],
  refusals: [{ name: 'an empty artifact', artifact: () => artifactOf({ layers: [] }), code: 'KIND_INPUT_INVALID' }],
})
`
}

function readmeOf(name: string): string {
  return `# ocish-kind-${name}

The kind \`${name}\` for ocish.

    npm install && npm test && npm run build
    ocish plugin add . --trust
    ocish push a.${name}.json registry.example.com/team/a:1
    ocish describe registry.example.com/team/a:1

The bundle in \`dist/\` has everything in it: a plugin is installed without its dependencies and without scripts.
`
}

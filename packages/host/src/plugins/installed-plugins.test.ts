import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { packageField } from '@ocish/sdk'
import {
  embeddedRegistry,
  type EmbeddedRegistry,
  temporaryFolder,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathsFrom } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { createSession, type Session } from '../session.ts'
import type { SessionOptions } from '../session-options.ts'
import { openSource } from '../source.ts'
import { pluginArchive } from './plugin-archive.ts'

let folder: TemporaryFolder
let remote: EmbeddedRegistry
const { signal } = new AbortController()

beforeEach(async () => {
  folder = await temporaryFolder()
  remote = await embeddedRegistry()
  await writePlugin('plugin')
})

afterEach(async () => {
  await remote[Symbol.asyncDispose]()
  await folder.remove()
})

const type = 'application/vnd.example.note.v1+json'
const command = {
  name: 'shout',
  summary: 'print it',
  params: [{ name: 'ref', type: 'ref' }],
  output: { form: 'rows', columns: ['text'] },
  effect: 'R',
  examples: [{ line: 'note shout example.com/a:1', note: 'loud' }],
}

interface Given {
  readonly package?: Readonly<Record<string, unknown>>
  readonly data?: Readonly<Record<string, unknown>>
  readonly code?: string
}

async function writePlugin(name: string, given: Given = {}): Promise<void> {
  const data = { name: 'note', match: [{ artifactType: type }], commands: [command], ...given.data }
  const document = {
    name: 'ocish-kind-note',
    version: '1.0.0',
    author: 'Ann',
    scripts: { postinstall: 'touch /tmp/never' },
    exports: './index.mjs',
    ocish: packageField([data as never]),
    ...given.package,
  }
  await mkdir(folder.join(name), { recursive: true })
  await writeFile(folder.join(name, 'package.json'), JSON.stringify(document))
  await writeFile(folder.join(name, 'index.mjs'), given.code ?? codeOf(data))
}

function codeOf(data: object): string {
  return `const kind = ${JSON.stringify(data)}
kind.apiVersion = 1
const read = async (artifact) => {
  const chunks = []
  for await (const chunk of artifact.open(artifact.layers[0])) chunks.push(chunk)
  return { text: Buffer.concat(chunks).toString() }
}
kind.read = read
kind.describe = ({ text }) => ({ title: 'note: ' + text, fields: [] })
for (const command of kind.commands ?? []) command.run = async function* (call, context) {
  const { text } = await read(await context.lookup.open(call.args.ref))
  yield { text: text.toUpperCase() }
}
export default kind
`
}

async function session(given: Partial<SessionOptions> = {}): Promise<Session> {
  const env = { OCISH_DATA_DIR: folder.join('data'), ...given.env }
  return createSession({
    version: '1.2.3',
    cwd: folder.path,
    home: folder.path,
    paths: pathsFrom(env, folder.path),
    ...given,
    env,
  })
}

async function run(
  name: string,
  args: object,
  flags: object = {},
  given: Partial<SessionOptions> = {},
): Promise<readonly unknown[]> {
  await using host = await session(given)
  const own = host.kindCommands.find((one) => one.signature.name === name)
  const input = { args: args as never, flags: flags as never }
  const call = { ...input, options: {}, signal }
  return Array.fromAsync(own === undefined ? runCommand(name, input, host) : own.run(call, host))
}

const add = (source: string, given: Partial<SessionOptions> = {}): Promise<readonly unknown[]> =>
  run('plugin add', { source }, { trust: true }, given)

async function pushNote(): Promise<string> {
  const ref = `${remote.host}/team/a:1`
  await writeFile(folder.join('a.txt'), 'hello')
  await run('push', { src: ['a.txt'], ref }, { 'artifact-type': type })
  return ref
}

it('a plugin is published as an artifact, added from the registry, describes an artifact, and is removed', async () => {
  const ref = await pushNote()
  const published = `${remote.host}/kinds/note:1.0.0`
  await run('push', { src: ['plugin'], ref: published }, { as: 'ocish-plugin' })
  expect(await run('describe', { ref: published })).toMatchObject([
    { kind: 'ocish-plugin', title: 'ocish-kind-note 1.0.0' },
  ])
  expect(await run('describe', { ref })).not.toMatchObject([{ kind: 'note' }])

  expect(await add(published)).toMatchObject([
    { name: 'ocish-kind-note', status: 'enabled', kinds: ['note'] },
  ])
  expect(await run('describe', { ref })).toMatchObject([{ kind: 'note', title: 'note: hello' }])
  expect(await run('note shout', { ref })).toEqual([{ text: 'HELLO' }])
  expect(await run('plugin doctor', {})).toMatchObject([
    { ok: true },
    { subject: 'ocish-kind-note', ok: true },
  ])

  expect(await run('describe', { ref }, {}, { restricted: true })).not.toMatchObject([{ kind: 'note' }])

  await run('plugin disable', { name: 'ocish-kind-note' })
  expect(await run('describe', { ref })).not.toMatchObject([{ kind: 'note' }])
  await run('plugin enable', { name: 'ocish-kind-note' })
  expect(await run('plugin rm', { name: 'ocish-kind-note' })).toMatchObject([{ status: 'removed' }])
  expect(await run('plugin ls', {})).toEqual([])
  expect(await readdir(folder.join('data/plugins'))).toEqual(['index.json'])
  expect(await run('describe', { ref })).not.toMatchObject([{ kind: 'note' }])
})

it('T50 a hostile plugin is an error of its kind, and the artifact is still described', async () => {
  const ref = await pushNote()
  await writePlugin('plugin', {
    code: codeOf({ name: 'note', match: [{ artifactType: type }], commands: [command] }).replace(
      'const chunks = []',
      'process.exit(7)',
    ),
  })
  await add('./plugin')
  const warnings: string[] = []
  const [described] = await run('describe', { ref }, {}, { warn: (message) => warnings.push(message) })
  expect(described).toMatchObject({ kind: 'note', ref })
  expect(warnings).toEqual([expect.stringContaining('the plugin ocish-kind-note ended with status 7')])
  await expect(run('note shout', { ref })).toFailWith('KIND_FAILED')
})

it('a plugin that cannot be loaded is not added, and its error does not send to what knows installed ones', async () => {
  await writePlugin('plugin', { code: 'throw new Error("boom")' })
  await expect(add('./plugin')).rejects.toMatchObject({
    code: 'KIND_FAILED',
    message: 'the plugin ocish-kind-note failed: boom',
    hint: 'Nothing was added: correct the plugin, and add it again.',
  })
  expect(await run('plugin ls', {})).toEqual([])
})

describe('trust', () => {
  it('is asked once for each publisher and digest, and says what it is asked for', async () => {
    const asked: string[] = []
    const confirm = async (question: string): Promise<boolean> => asked.push(question) > 0
    await run('plugin add', { source: './plugin' }, {}, { confirm })
    await run('plugin add', { source: './plugin' }, {}, { confirm })
    expect(asked).toEqual([
      expect.stringMatching(/^Trust ocish-kind-note 1\.0\.0 by Ann \(sha256:[0-9a-f]{64}\)\?$/),
    ])
    await writePlugin('plugin', { package: { description: 'changed' } })
    await run('plugin add', { source: './plugin' }, {}, { confirm })
    expect(asked).toHaveLength(2)
  })

  it('is not given where there is nobody to ask, and then nothing was run or stays', async () => {
    await expect(run('plugin add', { source: './plugin' })).toFailWith('CONFIRMATION_REQUIRED')
    expect(await readdir(folder.join('data/plugins'))).toEqual([])
  })
})

describe('--yes', () => {
  it('answers no question of trust', async () => {
    const confirm = async (): Promise<never> => {
      throw new TypeError('nobody is asked')
    }
    await expect(run('plugin add', { source: './plugin' }, {}, { confirm, flags: { yes: true } })).toFailWith(
      'CONFIRMATION_REQUIRED',
    )
    expect(await readdir(folder.join('data/plugins'))).toEqual([])
    const trusted = await run('plugin add', { source: './plugin' }, { trust: true }, { flags: { yes: true } })
    expect(trusted).toHaveLength(1)
  })
})

describe('what is refused', () => {
  it.each<[string, Given, string]>([
    ['T8 a name that is a path', { package: { name: '../../x' } }, 'PLUGIN_FAILED'],
    ['T8 a version that is a path', { package: { version: '1.0.0/../..' } }, 'PLUGIN_FAILED'],
    ['a module outside', { package: { exports: './../../x.mjs' } }, 'PLUGIN_FAILED'],
    ['another contract', { package: { ocish: { apiVersion: 9, kinds: [] } } }, 'PLUGIN_API_UNSUPPORTED'],
    ['another version of the program', { package: { engines: { ocish: '^2' } } }, 'PLUGIN_API_UNSUPPORTED'],
    ['a plugin that needs others', { package: { dependencies: { left: '1' } } }, 'PLUGIN_FAILED'],
    ['no kinds', { package: { ocish: { apiVersion: 1, kinds: [] } } }, 'PLUGIN_FAILED'],
    ['a kind that is there', { data: { name: 'image', family: 'picture' } }, 'PLUGIN_FAILED'],
    ['a noun that is a command', { data: { family: 'tags' } }, 'PLUGIN_FAILED'],
    ['a noun that is a word of the language', { data: { family: 'where' } }, 'PLUGIN_FAILED'],
    ['a noun that is kept for later', { data: { family: 'sign' } }, 'PLUGIN_FAILED'],
    ["another kind's noun", { data: { family: 'helm' } }, 'PLUGIN_FAILED'],
    [
      "a match by somebody else's repository",
      { data: { match: [{ repositoryPrefix: 'ghcr.io/' }] } },
      'PLUGIN_FAILED',
    ],
    [
      'a base of its own',
      { data: { bases: { list: 'sources', patterns: ['{registry}'], builtIn: ['ghcr.io'] } } },
      'PLUGIN_FAILED',
    ],
    [
      'a base that needs no setting',
      { data: { bases: { list: 'sources', patterns: ['ghcr.io'] } } },
      'PLUGIN_FAILED',
    ],
    ['exit statuses that are none', { data: { commands: [{ ...command, exits: [0] }] } }, 'PLUGIN_FAILED'],
    ['exit statuses in a word', { data: { commands: [{ ...command, exits: '12' }] } }, 'PLUGIN_FAILED'],
    [
      'code that is not what it says',
      { code: 'export default { apiVersion: 1, name: "other" }' },
      'PLUGIN_FAILED',
    ],
  ])('%s', async (_name, given, code) => {
    await writePlugin('plugin', given)
    await expect(add('./plugin')).toFailWith(code)
    expect(await run('plugin ls', {})).toEqual([])
  })

  it('two plugins that fit equally well are reported, and --as decides', async () => {
    const ref = await pushNote()
    await add('./plugin')
    await writePlugin('other', {
      package: { name: 'ocish-kind-memo' },
      data: { name: 'memo', family: 'memo', commands: [] },
    })
    await add('./other')
    await expect(run('describe', { ref })).toFailWith('KIND_AMBIGUOUS')
    expect(await run('describe', { ref }, { as: 'memo' })).toMatchObject([
      {
        kind: 'memo',
        title: 'note: hello',
        fields: expect.arrayContaining([{ label: 'kind', value: 'memo' }]),
      },
    ])
  })
})

describe('from a registry of npm packages', () => {
  let npm: Server
  let url: string
  let archive: Uint8Array
  let integrity: string

  beforeEach(async () => {
    archive = await pluginArchive('./plugin', {
      env: {},
      home: folder.path,
      signal,
      source: async () => openSource(folder.join('plugin')),
      open: async () => {
        throw new TypeError('not in this test')
      },
    })
    integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
    npm = createServer((request, response) => {
      if (request.url === '/@team%2fnote') {
        const versions = Object.fromEntries(
          ['1.0.0', '1.1.0', '2.0.0'].map((version) => [
            version,
            { dist: { tarball: `${url}/note-${version}.tgz`, integrity } },
          ]),
        )
        response.end(JSON.stringify({ 'dist-tags': { latest: '1.1.0' }, versions }))
      } else if (request.url?.endsWith('.tgz') === true) response.end(archive)
      else response.writeHead(404).end()
    })
    npm.listen(0, '127.0.0.1')
    await once(npm, 'listening')
    url = `http://127.0.0.1:${(npm.address() as AddressInfo).port}`
  })

  afterEach(() => npm.close())

  it.each(['@team/note', '@team/note@^1', 'npm:@team/note@2.0.0'])(
    '%s is fetched, checked and extracted',
    async (source) => {
      expect(await add(source, { env: { OCISH_NPM_REGISTRY: url } })).toMatchObject([
        { name: 'ocish-kind-note', source },
      ])
      await expect(readFile('/tmp/never')).rejects.toThrow('ENOENT')
    },
  )

  it.each([
    ['a line of ~/.npmrc for all', (where: string) => `registry = ${where}\n`],
    [
      'a line of ~/.npmrc for the scope',
      (where: string) => `registry=http://127.0.0.1:1\n@team:registry=${where}/\n`,
    ],
  ])('%s names the registry', async (_name, text) => {
    await writeFile(folder.join('.npmrc'), text(url))
    expect(await add('npm:@team/note')).toHaveLength(1)
  })

  it('--allow-host holds for it, and for where its archives are', async () => {
    const env = { OCISH_NPM_REGISTRY: url }
    const asked: (string | undefined)[] = []
    npm.on('request', (request) => asked.push(request.url))
    const refused = add('@team/note', { env, allowHosts: ['ghcr.io'] })
    await expect(refused).toFailWith('RESTRICTED')
    expect(asked).toEqual([])
    expect(await add('@team/note', { env, allowHosts: [new URL(url).host] })).toHaveLength(1)
    url = url.replace('127.0.0.1', 'localhost')
    const elsewhere = add('@team/note', { env, allowHosts: [new URL(env.OCISH_NPM_REGISTRY).host] })
    await expect(elsewhere).toFailWith('RESTRICTED')
    expect(asked.filter((path) => path?.endsWith('.tgz'))).toHaveLength(1)
  })

  it('npm is asked where nothing else says it, and not in the working folder', async () => {
    const { PATH } = process.env
    const userConfig = folder.join('user-npmrc')
    await writeFile(userConfig, `registry=${url}\n`)
    await mkdir(folder.join('project'))
    await writeFile(folder.join('project/.npmrc'), 'registry=http://127.0.0.1:1\n')
    await writeFile(folder.join('project/package.json'), '{}')
    const env = { PATH, NPM_CONFIG_USERCONFIG: userConfig }
    expect(await add('npm:@team/note', { env, cwd: folder.join('project') })).toHaveLength(1)
  })

  it('what an npm says that is no address counts for nothing', async () => {
    await mkdir(folder.join('bin'))
    await writeFile(folder.join('bin/npm'), '#!/bin/sh\necho undefined\n', { mode: 0o755 })
    await expect(add('@team/note', { env: { PATH: folder.join('bin') } })).toFailWith('PLUGIN_FAILED')
  })

  it('T8 an archive that is not the one its registry promised is not unpacked', async () => {
    integrity = `sha512-${createHash('sha512').update('other').digest('base64')}`
    await expect(add('@team/note', { env: { OCISH_NPM_REGISTRY: url } })).toFailWith('DIGEST_MISMATCH')
    integrity = 'sha1-abc'
    await expect(add('@team/note', { env: { OCISH_NPM_REGISTRY: url } })).toFailWith('PLUGIN_FAILED')
    expect(await run('plugin ls', {})).toEqual([])
  })

  it('says what is missing', async () => {
    const env = { OCISH_NPM_REGISTRY: url }
    await expect(add('nothing', { env })).toFailWith('PLUGIN_FAILED')
    await expect(add('@team/note@^9', { env })).toFailWith('PLUGIN_FAILED')
    await expect(add('@team/note')).toFailWith('PLUGIN_FAILED')
  })
})

it('start reads the index and nothing else of a plugin', async () => {
  await add('./plugin')
  const index = JSON.parse(await readFile(folder.join('data/plugins/index.json'), 'utf8')) as {
    readonly plugins: readonly { readonly digest: string }[]
  }
  const own = folder.join('data/plugins', index.plugins[0]?.digest.slice(7) ?? '')
  await writeFile(`${own}/index.mjs`, 'broken {')
  await using host = await session()
  expect(host.kinds.list().map((kind) => kind.name)).toContain('note')
  expect(await run('plugin doctor', { name: 'ocish-kind-note' })).toMatchObject([
    { ok: true },
    { check: 'load', ok: false },
  ])
  await writeFile(folder.join('data/plugins/index.json'), '{')
  await using again = await session()
  expect(again.kinds.list().map((kind) => kind.name)).not.toContain('note')
  expect(await run('plugin doctor', {})).toMatchObject([{ check: 'index', ok: false }])
})

import { mkdir, writeFile } from 'node:fs/promises'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Config, type ConfigOptions, loadConfig } from './config.ts'
import { configSchema } from './config-schema.ts'
import { locate } from './locate.ts'
import { pathsFrom } from './paths.ts'
import { createSession } from './session.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(folder.join('config'))
  await mkdir(folder.join('work'))
})

afterEach(async () => {
  await folder.remove()
})

async function load(
  files: Readonly<Record<string, string>>,
  given: Partial<ConfigOptions> = {},
): Promise<Config> {
  for (const [name, text] of Object.entries(files)) await writeFile(folder.join(name), text)
  return loadConfig({
    folder: folder.join('config'),
    home: folder.path,
    cwd: folder.join('work'),
    env: {},
    ...given,
  })
}

const full = `
[registries."GHCR.io"]
alias = "gs"
base = "giantswarm"
realms = ["auth.example.com"]

[registries."localhost:5000"]
plain-http = true
ca = "ca.pem"
cert = "~/client.pem"
key = "/etc/key.pem"
credentials = "auth.json"
default = true

[registries."docker.io"]
credentials = "none"

[defaults]
concurrency = 3

[limits]
manifest = 1000


[[match]]
kind = "runconfig"
repository-prefix = "ghcr.io/team/"
config-media-type = "application/json"

[kinds.runconfig]
anything = 1
`

describe('the configuration', () => {
  it('is nothing but the environment where there is no file', async () => {
    const config = await load({})
    expect(config.registries.size).toBe(0)
    expect(config.settings()).toEqual([])
  })

  it('is read from TOML, with paths made absolute and names of registries made canonical', async () => {
    const config = await load({ 'config/config.toml': full })
    expect([...config.registries]).toEqual([
      ['ghcr.io', { alias: 'gs', base: 'giantswarm', realms: ['auth.example.com'], isDefault: false }],
      [
        'localhost:5000',
        {
          plainHttp: true,
          ca: folder.join('config/ca.pem'),
          cert: folder.join('client.pem'),
          key: '/etc/key.pem',
          credentials: folder.join('config/auth.json'),
          isDefault: true,
        },
      ],
      ['docker.io', { credentials: 'none', isDefault: false }],
    ])
    expect(config.rules).toEqual([
      { kind: 'runconfig', repositoryPrefix: 'ghcr.io/team/', configMediaType: 'application/json' },
    ])
    expect(config.kinds).toEqual({ runconfig: { anything: 1 } })
    expect([config.get('defaults.concurrency'), config.get('limits.manifest')]).toEqual([3, 1000])
  })

  it('is read from JSON just as well, but not from both', async () => {
    const config = await load({ 'config/config.json': '{"defaults":{"concurrency":5}}' })
    expect(config.get('defaults.concurrency')).toBe(5)
    await expect(load({ 'config/config.toml': '' })).toFailWith('CONFIG_INVALID')
  })

  it('says of each value where it comes from; the environment comes before a project, that before the user', async () => {
    const files = {
      'config/config.toml': '[defaults]\nconcurrency = 3\nretries = 1\nplatform = "linux/arm64"\n',
      'work/.ocish.toml': '[defaults]\nretries = 2\nplatform = "linux/amd64"\n',
    }
    const config = await load(files, { env: { OCISH_PLATFORM: 'linux/s390x' } })
    expect(config.settings()).toEqual([
      { key: 'defaults.concurrency', value: 3, origin: folder.join('config/config.toml') },
      { key: 'defaults.retries', value: 2, origin: folder.join('work/.ocish.toml') },
      { key: 'defaults.platform', value: 'linux/s390x', origin: 'OCISH_PLATFORM' },
    ])
  })

  it('named by a flag or the environment is the only one', async () => {
    const files = {
      'config/config.toml': '[defaults]\nconcurrency = 3\n',
      'work/.ocish.toml': '[defaults]\nconcurrency = 9\n',
      'work/other.toml': '[defaults]\nretries = 1\n',
    }
    const config = await load(files, { file: 'other.toml' })
    expect(config.settings().map((one) => one.key)).toEqual(['defaults.retries'])
    const same = await load({}, { env: { OCISH_CONFIG: folder.join('work/other.toml') } })
    expect(same.settings().map((one) => one.key)).toEqual(['defaults.retries'])
    await expect(load({}, { file: 'nothing.toml' })).toFailWith('FILE_NOT_FOUND')
  })

  it('a project may not say where credentials go', async () => {
    const files = { 'work/.ocish.toml': '[registries."ghcr.io"]\nmirrors = ["evil.example"]\n' }
    await expect(load(files)).toFailWith('CONFIG_INVALID')
  })

  it.each([
    ['an unknown section', '[registry]\n'],
    ['an unknown key', '[defaults]\nconcurency = 3\n'],
    ['another type', '[defaults]\nconcurrency = "3"\n'],
    ['a value out of range', '[defaults]\nconcurrency = 0\n'],
    ['an alias that is no name', '[registries."a.b"]\nalias = "a/b"\n'],
    ['a rule without a kind', '[[match]]\nannotation = "x"\n'],
    ['no registry', '[registries."not a host"]\n'],
    ['no TOML', '[defaults\n'],
  ])('%s is refused', async (_, text) => {
    await expect(load({ 'config/config.toml': text })).toFailWith('CONFIG_INVALID')
  })

  it('an unknown key is answered with the nearest one, its place and its file', async () => {
    const error = await load({ 'config/config.toml': '[defaults]\nconcurency = 3\n' }).catch(
      (cause: unknown) => cause,
    )
    expect(error).toMatchObject({
      details: {
        path: 'defaults.concurency',
        file: folder.join('config/config.toml'),
        closest: ['concurrency'],
      },
    })
  })

  it('an environment variable of the wrong type is refused by its name', async () => {
    await expect(load({}, { env: { OCISH_CONCURRENCY: 'many' } })).toFailWith('CONFIG_INVALID')
  })
})

it('its JSON Schema is published', async () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'config.toml of ocish',
    ...configSchema,
  }
  await expect(`${JSON.stringify(schema, undefined, 2)}\n`).toMatchFileSnapshot(
    '../../../docs/config.schema.json',
  )
})

describe('what it says of kinds', () => {
  it.each([
    ['[kinds.runconfg]\n', 'runconfig'],
    ['[[match]]\nkind = "runconfg"\nannotation = "x"\n', 'runconfig'],
    ['[kinds.klaus-plugin]\nnothing = 1\n', undefined],
    ['[kinds.klaus]\nsource = "x"\n', 'sources'],
  ])('is checked before anything runs: %j', async (text, closest) => {
    await writeFile(folder.join('config/config.toml'), text)
    const paths = pathsFrom({ OCISH_CONFIG_DIR: folder.join('config') }, folder.path)
    const open = createSession({ version: '0', cwd: folder.path, home: folder.path, env: {}, paths })
    const error = await open.catch((cause: unknown) => cause)
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      ...(closest && { details: { closest: [closest] } }),
    })
  })
})

describe('aliases of registries', () => {
  it('stand for the registry and its namespace, and the text stays as it was written', async () => {
    const { registries } = await load({ 'config/config.toml': full })
    const options = { registries, kindSchemes: [] }
    expect(locate('gs/klaus:1', options)).toMatchObject({
      registry: 'ghcr.io',
      repository: 'giantswarm/klaus',
      text: 'gs/klaus:1',
    })
    expect(locate('gs', options)).toMatchObject({ registry: 'ghcr.io', repository: 'giantswarm', text: 'gs' })
    expect(() => locate('xs/klaus:1', options)).toFailWith('REFERENCE_INVALID')
  })

  it('do not move the mark of a fault', async () => {
    const { registries } = await load({ 'config/config.toml': full })
    const fault = (text: string): unknown => {
      try {
        return locate(text, { registries, kindSchemes: [] })
      } catch (error) {
        return error
      }
    }
    const spanOf = (text: string): unknown => (fault(text) as { details: { span: unknown } }).details.span
    expect(spanOf('gs/klaus:a$b')).toEqual({ from: 9, to: 12 })
  })
})

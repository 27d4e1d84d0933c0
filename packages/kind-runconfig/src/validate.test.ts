import type { Finding } from '@ocish/sdk'
import { artifactOf, kindContext, memoryFile, memorySource } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { artifactType, layerMediaType } from './model.ts'
import { validate } from './validate.ts'

const good = {
  schema_version: 'v0.1.0',
  image: `ghcr.io/a/b:1@sha256:${'a'.repeat(64)}`,
  name: 'b',
  transport: 'stdio',
  isolate_network: true,
}

async function ofFile(config: object | string, options: Record<string, unknown> = {}): Promise<Finding[]> {
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2)
  return Array.fromAsync(validate(memoryFile('x.json', text), kindContext({ options })))
}

async function ofArtifact(text: string, type: string | undefined = artifactType): Promise<Finding[]> {
  const layer = {
    mediaType: layerMediaType,
    async *open() {
      yield new TextEncoder().encode(text)
    },
  }
  const artifact = await artifactOf({
    layers: [layer],
    ...(type === undefined ? {} : { artifactType: type }),
  })
  return Array.fromAsync(validate(artifact, kindContext()))
}

const brief = (findings: readonly Finding[]) =>
  findings.map(({ severity, code, path, line }) => `${severity} ${code} ${path} ${line ?? '-'}`)

test('a good file has no findings', async () => expect(await ofFile(good)).toEqual([]))

test('every finding of a file has its line and, where there is one, a way out', async () => {
  const text = `{
  "Image": "ghcr.io/a/b:1",
  "name": "a b",
  "name": "c d",
  "transport": "tcp",
  "schema-version": "v0.1.0",
  "target_port": 70000,
  "env_vars": {
    "A": "1"
  },
  "volumes": ["/h:/d", "bad"],
  "port": 8080
} more`
  const findings = await ofFile(text)
  expect(brief(findings)).toEqual([
    'warning JSON_TRAILING  13',
    'warning KEY_CASE image 2',
    'warning KEY_DUPLICATE name 4',
    'info KEY_UNKNOWN schema-version 6',
    'error NAME_INVALID name 4',
    'warning IMAGE_NOT_PINNED image 2',
    'error TRANSPORT_INVALID transport 5',
    'error PORT_INVALID target_port 7',
    'error VOLUME_INVALID volumes[1] 11',
    'warning SECRET_LEFT_OUT env_vars.A 9',
    'info HOST_VALUE volumes[0] 11',
    'info HOST_VALUE volumes[1] 11',
    'info HOST_VALUE port 12',
    'warning CONSENT_VOLUME volumes[0] 11',
    'warning CONSENT_VOLUME volumes[1] 11',
    'info CONSENT_NOT_ISOLATED isolate_network 1',
  ])
})

describe('one fault', () => {
  test.each([
    ['no JSON', '{"name": "x",\n  oops}', 'error JSON_INVALID  2'],
    ['no object', '[]', 'error TYPE_MISMATCH  1'],
    ['a number for a string', { ...good, name: 1 }, 'error TYPE_MISMATCH name 4'],
    ['a fraction for an integer', '{\n"port": 80.0}', 'error TYPE_MISMATCH port 2'],
    ['a number in a map', '{"env_vars":\n{"A":\n1}}', 'error TYPE_MISMATCH env_vars.A 3'],
    [
      'a nested type',
      { permission_profile: { privileged: 'yes' } },
      'error TYPE_MISMATCH permission_profile.privileged 3',
    ],
    [
      'an unknown version',
      { ...good, schema_version: 'v1.0.0' },
      'warning SCHEMA_VERSION_UNKNOWN schema_version 2',
    ],
    ['no version', { ...good, schema_version: 'banana' }, 'error SCHEMA_VERSION_UNKNOWN schema_version 2'],
    ['no name', { ...good, name: '' }, 'error NAME_MISSING name 4'],
    ['nothing to run', { ...good, image: '' }, 'error SERVER_MISSING image 3'],
    ['no image reference', { ...good, image: 'UPPER/case' }, 'error IMAGE_INVALID image 3'],
    ['a duration', { ...good, session_ttl: '5 min' }, 'error DURATION_INVALID session_ttl 7'],
    ['a published port', { ...good, publish: ['80'] }, 'error PUBLISH_INVALID publish[0] 8'],
    [
      'a webhook',
      { ...good, validating_webhooks: [{ url: 'x' }] },
      'error URL_INVALID validating_webhooks[0].url 9',
    ],
    ['a reference', { ...good, secrets: ['x'] }, 'error SECRET_REFUSED secrets[0] 8'],
    ['an old field', { ...good, oidc_config: { Issuer: 'x' } }, 'info FIELD_DEPRECATED oidc_config 7'],
  ])('%s', async (_name, config, wanted) => {
    expect(brief(await ofFile(config))).toContain(wanted)
  })

  test('a folder', async () => {
    const findings = await Array.fromAsync(validate(memorySource({}), kindContext()))
    expect(findings).toMatchObject([{ severity: 'error', hint: 'Name the JSON file itself.' }])
  })

  test('an unknown field close to a known one names it', async () => {
    const findings = await ofFile({ ...good, transprt: 'x', permissionProfile: {}, zzz: 1 })
    expect(findings.map(({ hint }) => hint)).toEqual([
      'Write transport if that is meant.',
      'Write permission_profile if that is meant.',
      undefined,
    ])
  })
})

describe('what publishing would do', () => {
  test('follows the options', async () => {
    const config = { ...good, env_vars: { A: '1' }, port: 1 }
    expect(brief(await ofFile(config))).toEqual([
      'warning SECRET_LEFT_OUT env_vars.A 8',
      'info HOST_VALUE port 10',
    ])
    expect(brief(await ofFile(config, { 'allow-env': ['A'] }))).toEqual(['info HOST_VALUE port 10'])
    expect(brief(await ofFile(config, { compat: 'strict' }))).toEqual([
      'error SECRET_REFUSED env_vars.A 8',
      'info HOST_VALUE port 10',
    ])
  })

  test('never quotes a value', async () => {
    const findings = await ofFile({
      ...good,
      cmd_args: ['--token=hunter2'],
      env_vars: { A: 'hunter2' },
      secrets: ['hunter2'],
    })
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  })
})

describe('a mebibyte made to be slow', () => {
  const fill = (piece: string): string => piece.repeat(Math.floor(1_000_000 / piece.length))

  test.each(['a', 'eyJ-', 'a://', '?a=', ':/', '1', 'x.', '<', 'Bearer ', '=:'])(
    'of %j is read',
    async (piece) => {
      const text = fill(piece)
      const config = {
        ...good,
        cmd_args: [text.slice(0, 1000)],
        session_ttl: text.slice(0, 1000),
        x_long: text,
      }
      expect(await ofArtifact(JSON.stringify(config))).toEqual(expect.any(Array))
      expect(await ofArtifact(JSON.stringify({ ...good, volumes: [text] }))).toEqual(expect.any(Array))
      expect(await ofArtifact(JSON.stringify({ ...good, session_ttl: text }))).toEqual(expect.any(Array))
    },
  )

  test('of members is read', async () => {
    const members = Array.from({ length: 90_000 }, (_value, at) => `"k${at}":1`)
    expect(await ofArtifact(`{${members.join(',')}}`)).toHaveLength(90_002)
    const variables = Array.from({ length: 70_000 }, (_value, at) => `"k${at}":"1"`)
    expect((await ofFile(`{"env_vars":{${variables.join(',')}}}`)).length).toBeGreaterThan(70_000)
  })
})

describe('an artifact', () => {
  test('with a secret', async () => {
    const text = JSON.stringify({ ...good, oidc_config: { ClientSecret: 'x' }, env_vars: { LOG: 'debug' } })
    const findings = brief(await ofArtifact(text))
    expect(findings).toContain('error SECRET_PUBLISHED oidc_config.ClientSecret 1')
    expect(findings.filter((finding) => finding.includes('env_vars'))).toEqual([])
  })

  test('without its artifact type', async () => {
    expect(brief(await ofArtifact(JSON.stringify(good), 'application/x'))).toEqual([
      'warning ARTIFACT_TYPE  -',
    ])
  })

  test('with text after the JSON', async () => {
    expect(brief(await ofArtifact(`${JSON.stringify(good)}\nx`))).toEqual(['error JSON_TRAILING  2'])
  })

  test('with settings that a person should know', async () => {
    const config = { ...good, permission_profile: { privileged: true, write: ['/etc'] } }
    expect(brief(await ofArtifact(JSON.stringify(config)))).toEqual([
      'warning CONSENT_PRIVILEGED permission_profile.privileged 1',
      'warning CONSENT_WRITE permission_profile.write[0] 1',
    ])
  })
})

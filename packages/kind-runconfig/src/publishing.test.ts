/** What is published of a configuration, and what is not (specs/runconfig.md §3.3). */
import { artifactOf, kindContext, memoryFile, readAll } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { pack } from './pack.ts'
import { holdsSecret, isSecretName, secretArguments } from './secrets.ts'

async function published(
  config: object | string,
  options: Record<string, unknown> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  const artifact = await artifactOf(await pack(memoryFile('x.json', text), kindContext({ options })))
  const [layer] = artifact.layers
  if (layer === undefined) throw new TypeError('no layer')
  return JSON.parse(new TextDecoder().decode(await readAll(artifact.open(layer)))) as Record<string, unknown>
}

describe('left out', () => {
  test.each([
    ['env_vars', { A: '1', B: '' }, { A: '', B: '' }],
    ['oidc_config', { ClientID: 'id', ClientSecret: 's' }, { ClientID: 'id' }],
    ['token_exchange_config', { client_id: 'id', client_secret: 's' }, { client_id: 'id' }],
    ['remote_auth_config', { client_id: 'id', client_secret: 's', bearer_token: 's' }, { client_id: 'id' }],
    ['remote_auth_config', { client_secret: 'n,target=T' }, { client_secret: 'n,target=T' }],
    ['remote_auth_config', { cached_refresh_token_ref: 'x', cached_dcr_callback_port: 1 }, {}],
    ['remote_auth_config', { oauth_params: { a: 'b' } }, { oauth_params: { a: '' } }],
    [
      'remote_auth_config',
      { headers: [{ name: 'H', value: 'v', default: 'd' }] },
      { headers: [{ name: 'H', value: '', default: '' }] },
    ],
    ['remote_auth_config', { env_vars: ['A=b', 'C'] }, { env_vars: ['A=', ''] }],
    ['telemetry_config', { endpoint: 'e', headers: { k: 'v' } }, { endpoint: 'e', headers: { k: '' } }],
    [
      'header_forward',
      { add_plaintext_headers: { X: 'v' }, add_headers_from_secret: { Authorization: 'n' } },
      { add_plaintext_headers: { X: '' }, add_headers_from_secret: { Authorization: 'n' } },
    ],
    ['middleware_configs', [{ type: 't', parameters: { a: 1 } }], undefined],
    ['additional_middleware_configs', [{ type: 't' }], undefined],
    ['container_name', 'n', undefined],
    ['base_name', 'n', undefined],
    ['port', 8080, 0],
    ['debug', true, undefined],
    ['mcpserver_generation', 3, undefined],
    ['rate_limit_namespace', 'n', undefined],
    ['scaling_config', { backend_replicas: 2 }, undefined],
    ['registry_api_url', 'https://r.example.com', undefined],
    ['k8s_pod_template_patch', '{}', undefined],
    ['env_file_dir', '/home/x', undefined],
    ['thv_ca_bundle', '/home/x/ca.pem', undefined],
    ['jwks_auth_token_file', '/home/x/t', undefined],
    ['authz_config_path', '/home/x/a', undefined],
    ['audit_config', { component: 'c', logFile: '/var/log/x' }, { component: 'c' }],
    ['permission_profile_name_or_path', './profile.json', undefined],
    ['permission_profile_name_or_path', 'network', 'network'],
    ['volumes', ['/h/d:/data:ro', 'C:\\d:/data', '/only'], [':/data:ro', ':/data', '']],
    ['container_labels', { 'toolhive-name': 'x', team: 'y' }, { team: 'y' }],
    ['embedded_auth_server_config', { signing_key_file: '/k', issuer: 'i' }, { issuer: 'i' }],
    [
      'validating_webhooks',
      [{ name: 'w', tls_config: { ca_bundle_path: '/c' } }],
      [{ name: 'w', tls_config: {} }],
    ],
  ])('%s %j becomes %j', async (name, value, rest) => {
    expect((await published({ name: 'x', [name]: value }))[name]).toEqual(rest)
  })

  test.each([{}, { compat: 'strict' }])(
    'a second value in the file, which is warned of (%j)',
    async (options) => {
      const context = kindContext({ options })
      const text = '{"name":"a","image":"ghcr.io/a/b:1","transport":"stdio"}\n{"name":"b"}'
      const artifact = await artifactOf(await pack(memoryFile('x.json', text), context))
      const [layer] = artifact.layers
      const bytes = await readAll(artifact.open(layer!))
      expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ name: 'a' })
      expect(context.warnings).toEqual(['line 2: text after the end of the JSON is left out'])
    },
  )

  test('variables that --allow-env names keep their value, and a wrong name is warned of', async () => {
    const context = kindContext({ options: { 'allow-env': ['A', 'Z'] }, settings: { 'allow-env': ['B'] } })
    const source = memoryFile('x.json', '{"env_vars":{"A":"1","B":"2","C":"3"}}')
    const artifact = await artifactOf(await pack(source, context))
    const [layer] = artifact.layers
    const text = layer && new TextDecoder().decode(await readAll(artifact.open(layer)))
    expect(JSON.parse(text ?? '')).toMatchObject({ env_vars: { A: '1', B: '2', C: '' } })
    expect(context.warnings).toContain('--allow-env Z: env_vars has no such variable')
  })

  test('what cannot run is published as it is, and said', async () => {
    const context = kindContext()
    await pack(memoryFile('x.json', '{"name":"fetch"}'), context)
    expect(context.warnings).toEqual(['image: neither image nor remote_url: there is nothing to run'])
  })

  test('--keep-host-paths keeps paths, but nothing else of this machine', async () => {
    const config = { port: 1, volumes: ['/h:/d'], thv_ca_bundle: '/ca', authz_config_path: '/a' }
    const kept = { volumes: ['/h:/d'], thv_ca_bundle: '/ca', authz_config_path: '/a', port: 0 }
    expect(await published(config, { 'keep-host-paths': true })).toMatchObject(kept)
  })

  test('a name in another case, or in the older layout, hides nothing', async () => {
    expect(await published('{"ENV_VARS":{"A":"x"}}')).toMatchObject({ env_vars: { A: '' } })
    expect(await published('{"env_var\\u017F":{"A":"x"}}')).toMatchObject({ env_vars: { A: '' } })
    const legacy = { remote_auth_config: { ClientID: 'id', ClientSecret: 's', BearerToken: 't' } }
    expect((await published(legacy))['remote_auth_config']).toEqual({ client_id: 'id' })
  })
})

describe('refused', () => {
  test.each([
    ['an argument with a token', { cmd_args: ['--token=abc'] }],
    ['an argument after a flag', { cmd_args: ['--api-key', 'abc'] }],
    ['an address with a password', { cmd_args: ['postgres://u:p@h/db'] }],
    ['a remote address with a password', { remote_url: 'https://u:p@h.example.com' }],
    ['a secret where a reference belongs', { secrets: ['plain'] }],
    ['an unknown field with the name of a secret', { api_token: 'abc' }],
    ['a secret inside a raw field', { authz_config: { type: 'x', clientSecret: 'abc' } }],
    ['a token by its shape', { tools_override: { a: { description: `ghp_${'a'.repeat(36)}` } } }],
  ])('%s, by default and under strict compatibility', async (_name, config) => {
    await expect(published(config)).toFailWith('KIND_INPUT_REFUSED')
    await expect(published(config, { compat: 'strict' })).toFailWith('KIND_INPUT_REFUSED')
  })

  test('under strict compatibility what would else be left out', async () => {
    const strict = { compat: 'strict' }
    await expect(published({ env_vars: { A: '1' } }, strict)).toFailWith('KIND_INPUT_REFUSED')
    expect(await published({ env_vars: { A: '1' } }, { ...strict, 'allow-env': ['A'] })).toMatchObject({
      env_vars: { A: '1' },
    })
    expect(await published({ port: 8080, container_name: 'c' }, strict)).toMatchObject({
      port: 8080,
      container_name: 'c',
    })
  })

  test('and the message names places, never values', async () => {
    const failure = await published({ cmd_args: ['--password=hunter2'], secrets: ['hunter2'] }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      message: 'x.json holds what must not be published: cmd_args[0], secrets[0]',
    })
    expect(JSON.stringify(failure)).not.toContain('hunter2')
  })
})

describe('kept', () => {
  test.each([
    ['unknown fields, with their digits and order', '{"x_future":{"b":1.50,"a":[1e3,null]}}'],
    ['a raw field as it is', '{"authz_config":{"z":1,"a":{"b":2.0}}}'],
    ['a member named __proto__', '{"__proto__":{"x":1}}'],
  ])('%s', async (_name, text) => {
    const artifact = await artifactOf(await pack(memoryFile('x.json', text), kindContext()))
    const [layer] = artifact.layers
    const written = layer && new TextDecoder().decode(await readAll(artifact.open(layer)))
    expect(written).toContain(text.slice(1, -1))
  })

  test.each([
    [['--token-file=/run/t'], []],
    [['--token', '$TOKEN'], []],
    [['--token', '--verbose'], []],
    [['--password='], []],
    [['--max-depth', '3'], []],
    [['-H', 'Authorization: Bearer abcdefghijk'], [1]],
    [['GITHUB_TOKEN=abc'], [0]],
    [['https://example.com/?access_token=abc'], [0]],
    [['git@github.com:a/b'], []],
  ])('of the arguments %j those at %j are secrets', (args, positions) => {
    expect(secretArguments(args)).toEqual(positions)
  })

  test('names of secrets are told from names about secrets', () => {
    expect(
      ['token', 'clientSecret', 'API_KEY', 'x-api-key', 'accessToken'].filter(isSecretName),
    ).toHaveLength(5)
    expect(['token_url', 'secrets_dir', 'tokenType', 'keyboard', 'compass'].filter(isSecretName)).toEqual([])
    expect(holdsSecret('ssh://git@github.com/a/b')).toBe(false)
  })
})

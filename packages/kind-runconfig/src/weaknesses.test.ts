/** What pull request 1212 does wrong (specs/runconfig.md §8) and what this kind does instead, by the same numbers. */
import { hasCode, OcishError, parseReference } from '@ocish/sdk'
import {
  artifactOf,
  kindContext,
  type MemoryArtifact,
  type MemoryContext,
  memoryFile,
  memoryTarget,
} from '@ocish/testing'
import { expect, test } from 'vitest'
import { consentItems } from './consent.ts'
import { isFile } from './detect.ts'
import { diff } from './diff.ts'
import { exportConfig } from './export.ts'
import runconfig from './index.ts'
import type { RunConfig } from './model.ts'
import { pack } from './pack.ts'
import { readConfig } from './read.ts'

const signal = new AbortController().signal
const server = { image: 'ghcr.io/example/fetch:1.0.0', name: 'fetch', transport: 'stdio' }

async function packed(
  config: object,
  options: Record<string, unknown> = {},
  context: MemoryContext = kindContext({ options }),
): Promise<MemoryArtifact> {
  return artifactOf(await pack(memoryFile('x.json', JSON.stringify(config)), context))
}

const command = (name: string) => {
  const found = runconfig.commands?.find((candidate) => candidate.name === name)
  if (found === undefined) throw new TypeError(`no command ${name}`)
  return found
}

test('W1 a file is never taken for a registry: `export` writes where FILE says', async () => {
  expect(['./my-server-config.json', '/tmp/configs/github-config.json'].every(isFile)).toBe(true)
  const target = memoryTarget()
  const context = kindContext({ anyArtifact: await packed(server), target: () => target })
  const run = command('export').run(
    { args: { ref: 'ghcr.io/a/b:1', file: './out.json' }, flags: {} },
    context,
  )
  expect(await Array.fromAsync(run)).toEqual([])
  expect(JSON.parse(target.text('') ?? '')).toMatchObject({ name: 'fetch' })
})

test('W2 an upper-case reference is an error and never the name of a file', () => {
  expect(() => parseReference('ghcr.io/Org/repo:v1')).toFailWith('REFERENCE_INVALID')
  expect(parseReference('localhost:5000/r:v1').repository).toBe('r')
})

test('W3 oci:// is a reference', () => {
  expect(isFile('oci://ghcr.io/o/r:v1')).toBe(false)
  expect(parseReference('oci://ghcr.io/o/r:v1').registry).toBe('ghcr.io')
})

test('W4 a push without a tag gets the one a pull without a tag asks for', async () => {
  expect(await pack(memoryFile('x.json', JSON.stringify(server)), kindContext())).toMatchObject({
    tag: 'latest',
  })
})

test('W5 digests and ports are parsed, not cut at the last colon', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  expect(parseReference('registry.example.com:5000/repo').tag).toBeUndefined()
  expect(parseReference(`r.example.com/x:v1@${digest}`)).toMatchObject({ tag: 'v1', digest })
})

test('W6 a pulled configuration has all its settings', async () => {
  const config = {
    ...server,
    cmd_args: ['--x'],
    secrets: ['a,target=B'],
    tools_filter: ['get'],
    later_field: [1],
  }
  const { bytes } = await exportConfig(await packed(config), signal)
  expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject(config)
})

test('W7 reading runs nothing: the image is a dependency to be verified, not a result', async () => {
  const model = await readConfig(await packed(server), signal)
  expect(runconfig.dependencies?.(model)).toEqual([
    { ref: 'ghcr.io/example/fetch:1.0.0', name: server.image },
  ])
  expect(runconfig.dependencies?.({ image: 'mcp/fetch' })).toEqual([
    { ref: 'docker.io/mcp/fetch', name: 'mcp/fetch' },
  ])
})

test('W8 an ordinary image is told by its type alone, without asking for any part', async () => {
  const image = await artifactOf({ layers: [] })
  const open = () => {
    throw new Error('a part was opened')
  }
  await expect(runconfig.read({ ...image, open }, kindContext())).toFailWith('KIND_MISMATCH')
})

test('W9 failures keep their codes: a 403 in a name means nothing', async () => {
  const context = kindContext()
  const run = command('export').run({ args: { ref: 'ghcr.io/acme/server-403:v1' }, flags: {} }, context)
  await expect(Array.fromAsync(run)).toFailWith('MANIFEST_NOT_FOUND')
  const other = runconfig.read(await artifactOf({ artifactType: 'application/x', layers: [] }), context)
  const failure: unknown = await other.catch((error: unknown) => error)
  expect(hasCode(failure, 'KIND_MISMATCH') && failure.details).toEqual({ actual: 'application/x' })
})

test('W10 size, digest, type and number of layers are checked', async () => {
  const artifact = await packed(server)
  const [layer] = artifact.layers
  if (layer === undefined) throw new TypeError('no layer')
  const large = { ...artifact, layers: [{ ...layer, size: 1_048_577 }] }
  await expect(readConfig(large, signal)).toFailWith('KIND_INPUT_INVALID')
  await expect(readConfig({ ...artifact, layers: [layer, layer] }, signal)).toFailWith('KIND_INPUT_INVALID')
  const wrong = { ...artifact, open: () => artifact.open({ ...layer, size: layer.size - 1 }) }
  await expect(readConfig(wrong, signal)).toFailWith('SIZE_MISMATCH')
})

test('W11 no secret reaches the registry, and the report names what was left out', async () => {
  const secrets = {
    ...server,
    env_vars: { API_KEY: 'hunter2-env' },
    oidc_config: { Issuer: 'https://i.example.com', ClientSecret: 'hunter2-oidc' },
    telemetry_config: { headers: { 'x-api-key': 'hunter2-header' } },
    remote_auth_config: { client_secret: 'hunter2-client', cached_client_id: 'hunter2-cached' },
    middleware_configs: [{ type: 'auth', parameters: { token: 'hunter2-middleware' } }],
  }
  const artifact = await packed(secrets)
  for (const open of artifact.content.values()) {
    for await (const chunk of open()) expect(new TextDecoder().decode(chunk)).not.toContain('hunter2')
  }
  expect(artifact.notes).toEqual([
    'env_vars.API_KEY: value left out, a literal value (--allow-env API_KEY publishes it)',
    'oidc_config.ClientSecret: left out, a secret',
    'telemetry_config.headers.x-api-key: value left out, a literal value',
    'remote_auth_config.client_secret: left out, a secret in plain text',
    'remote_auth_config.cached_client_id: left out, a secret',
    'middleware_configs: left out, computed settings, which may hold secrets',
    'image: not pinned by digest, what runs can change (--pin publishes its digest)',
  ])
  await expect(packed(secrets, { compat: 'strict' })).toFailWith('KIND_INPUT_REFUSED')
})

test('W12 annotations are standard and true; the layer has a title for other tools', async () => {
  const artifact = await packed(server)
  expect({ ...artifact.annotations }).toEqual({
    'org.opencontainers.image.description': 'Runtime configuration for fetch',
    'org.opencontainers.image.title': 'fetch',
    'org.opencontainers.image.version': '1.0.0',
  })
  expect({ ...artifact.layers[0]?.annotations }).toEqual({
    'org.opencontainers.image.title': 'runconfig.json',
  })
})

test('W13 the kind asks its host for every artifact and knows no transport and no credentials', async () => {
  const asked: string[] = []
  const artifact = await packed(server)
  const context = kindContext()
  const lookup = {
    ...context.lookup,
    open: async (reference: string) => {
      asked.push(reference)
      return artifact
    },
  }
  const args = { ref: '127.0.0.1:5000/a/b:v1' }
  await Array.fromAsync(command('export').run({ args, flags: {} }, { ...context, lookup }))
  expect(asked).toEqual(['127.0.0.1:5000/a/b:v1'])
})

test('W14 what an import asks for is said before it runs, and a wrong file is refused', async () => {
  const demanding = {
    ...server,
    isolate_network: false,
    volumes: ['/:/host'],
    permission_profile: {
      privileged: true,
      network: { mode: 'host', outbound: { insecure_allow_all: true } },
    },
    validating_webhooks: [{ name: 'w', url: 'https://w.example.com' }],
  }
  const artifact = await packed(demanding, { 'keep-host-paths': true })
  const context = kindContext()
  const target = memoryTarget()
  await runconfig.unpack?.(artifact, target, context)
  expect([...target.entries.keys()]).toEqual(['fetch.json'])
  expect(context.warnings).toEqual([
    'danger: permission_profile.privileged: the container runs privileged: it can do what the host can',
    'danger: permission_profile.network.mode: the container uses the network of the host',
    'danger: permission_profile.network.outbound.insecure_allow_all: the server may connect to any host',
    'danger: volumes[0]: a folder of the host is mounted: /:/host',
    'danger: validating_webhooks[0]: https://w.example.com sees every request',
    'isolate_network: the network of the container is not isolated',
    'image: the image ghcr.io/example/fetch:1.0.0 is not pinned by digest: what runs can change',
  ])
  await expect(packed({ ...server, port: '8080' })).toFailWith('KIND_INPUT_INVALID')
})

test('W15 the same server on two machines has the same digest', async () => {
  const here = {
    ...server,
    port: 8080,
    container_name: 'fetch-1',
    base_name: 'fetch',
    debug: true,
    volumes: ['/home/ann/data:/data:ro'],
    container_labels: { toolhive: 'true', 'toolhive-port': '8080', team: 'x' },
    thv_ca_bundle: '/home/ann/ca.pem',
    env_vars: { B: '', A: '' },
  }
  const there = {
    env_vars: { A: '', B: '' },
    volumes: ['/Users/bob/data:/data:ro'],
    container_labels: { team: 'x', 'toolhive-port': '1234' },
    port: 1234,
    ...server,
  }
  const [first, second] = [await packed(here), await packed(there)]
  expect(first.descriptor.digest).toBe(second.descriptor.digest)
  expect(await readConfig(first, signal)).toMatchObject({
    volumes: [':/data:ro'],
    container_labels: { team: 'x' },
  })
})

test('W16 two published configurations can be compared', async () => {
  const from = await readConfig(await packed({ ...server, cmd_args: ['a'] }), signal)
  const to = await readConfig(
    await packed({ ...server, cmd_args: ['a', 'b'], image: 'ghcr.io/example/fetch:1.1.0' }),
    signal,
  )
  expect([...diff(from, to)]).toEqual([
    { path: 'image', op: '~', from: 'ghcr.io/example/fetch:1.0.0', to: 'ghcr.io/example/fetch:1.1.0' },
    { path: 'cmd_args[1]', op: '+', to: 'b' },
  ])
})

test('W17 --pin publishes the image by its digest, and an unpinned one is pointed out', async () => {
  const digest = `sha256:${'b'.repeat(64)}`
  const image = await artifactOf({ layers: [] })
  const pinning = kindContext({
    options: { pin: true },
    artifacts: { [server.image]: { ...image, descriptor: { ...image.descriptor, digest } } },
  })
  const artifact = await packed(server, {}, pinning)
  const model = await readConfig(artifact, signal)
  expect(model.image).toBe(`${server.image}@${digest}`)
  expect(artifact.notes).toEqual([`image: pinned to ${digest}`])
  const codes = (config: RunConfig) => consentItems(config).map(({ code }) => code)
  expect(codes(model)).not.toContain('CONSENT_IMAGE_NOT_PINNED')
  expect(codes(server)).toContain('CONSENT_IMAGE_NOT_PINNED')
  await expect(packed({ name: 'x' }, { pin: true })).toFailWith('KIND_INPUT_INVALID')
})

test('a failure of the host while reading passes through untouched', async () => {
  const failure = new OcishError('REGISTRY_UNAUTHORIZED', 'no')
  const artifact = await packed(server)
  const open = () => {
    throw failure
  }
  await expect(runconfig.read({ ...artifact, open }, kindContext())).rejects.toBe(failure)
})

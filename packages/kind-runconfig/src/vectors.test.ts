/** The vectors of specs/runconfig.md §6 and §7, by their numbers. */
import { digestOf, type OcishError, parseLocation } from '@ocish/sdk'
import { artifactOf, kindContext, memoryFile, type MemoryArtifact } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { isFile } from './detect.ts'
import { pack } from './pack.ts'
import { normalise } from './normalise.ts'
import { parseConfig, readConfig, toModel } from './read.ts'
import { parseSecretReference } from './secrets.ts'
import { writeConfig } from './write.ts'

const signal = new AbortController().signal
const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

async function packed(config: unknown, options: Record<string, unknown> = {}): Promise<MemoryArtifact> {
  return artifactOf(await pack(memoryFile('x.json', bytes(config)), kindContext({ options })))
}

const fetchServer = {
  image: 'ghcr.io/example/fetch:1.0.0',
  name: 'fetch',
  transport: 'stdio',
  host: '127.0.0.1',
  port: 8080,
  permission_profile: null,
}

describe('§6 golden artifacts', () => {
  const strict = { compat: 'strict' }

  test('the example, byte for byte', async () => {
    const artifact = await packed(fetchServer, strict)
    expect(artifact.layers).toEqual([
      {
        mediaType: 'application/vnd.toolhive.runconfig.v1+json',
        digest: 'sha256:0ba763e4d6f9d3e081a6f075f26dbccc5d004b460c32efc43dd20a3599982d29',
        size: 166,
      },
    ])
    expect(artifact.descriptor.size).toBe(694)
    expect(artifact.descriptor.digest).toBe(
      'sha256:704caec302b8c56523ea3182d0cc22a5f2d77404179d746e41e0f9a19ae6e845',
    )
  })

  test('the example from an indented file in another order', async () => {
    const text = JSON.stringify(Object.fromEntries(Object.entries(fetchServer).toReversed()), null, 4)
    expect((await packed(text, strict)).descriptor.digest).toBe(
      (await packed(fetchServer, strict)).descriptor.digest,
    )
  })

  test('the empty configuration', async () => {
    const artifact = await packed({}, strict)
    expect(artifact.layers[0]).toMatchObject({
      digest: 'sha256:378389334ba91cd94b0b52a3831aa1171ff6c5786c9de41cec13d27d4a9a8691',
      size: 117,
    })
    expect(artifact.descriptor).toMatchObject({
      digest: 'sha256:2e16ed8808d1c4ac73bdb500f9b11852c048ca9981eebe60af20cb14c38bd09e',
      size: 689,
    })
  })

  test('the default of the example stays what it is', async () => {
    const artifact = await packed(fetchServer)
    expect(new TextDecoder().decode(artifact.bytes)).toMatchInlineSnapshot(
      `"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/vnd.toolhive.runconfig","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"data":"e30="},"layers":[{"mediaType":"application/vnd.toolhive.runconfig.v1+json","digest":"sha256:e925a6fc1c0b1f430c17a59d2a3c513c171ea45ad0b668e792eb83c6c096ab9f","size":154,"annotations":{"org.opencontainers.image.title":"runconfig.json"}}],"annotations":{"org.opencontainers.image.description":"Runtime configuration for fetch","org.opencontainers.image.title":"fetch","org.opencontainers.image.version":"1.0.0"}}"`,
    )
    expect(artifact.descriptor.digest).toMatchInlineSnapshot(
      `"sha256:19041114dd2aaf953870988ea1b27b8bdd5d69facc0a8e6241c265f94773d620"`,
    )
  })

  const file = {
    schema_version: 'v0.1.0',
    ...fetchServer,
    env_vars: { B: 'a<b', A: '1' },
    secrets: ['tok,target=TOKEN'],
  }

  test('a file as the writer has it', () => {
    const written = writeConfig(parseConfig(bytes(file), { trailing: 'ignore' }), 'later', { indent: true })
    expect(written.length).toBe(285)
    expect(digestOf(written)).toBe('sha256:1716f967ef439ab993a469a60b0ee03c16becba8c156b948a4312d585e224fad')
  })

  test('a file that was read and written', () => {
    const config = normalise(parseConfig(bytes(file), { trailing: 'ignore' }))
    const written = writeConfig(config, 'later', { indent: true })
    expect(written.length).toBe(320)
    expect(digestOf(written)).toBe('sha256:d0b03f9f24e35f02d109d4f6bd306a26cf147d15cf74682cd7668d1697502a74')
  })
})

describe('V1 detection', () => {
  const hex = 'a'.repeat(64)
  test.each([
    [1, './my-server-config.json', 'file'],
    [2, '../config.json', 'file'],
    [3, './My-Config.json', 'file'],
    [4, '/tmp/configs/github-config.json', 'file'],
    [5, 'config.json', 'file'],
    [6, 'configs/a.json', 'file'],
    [7, 'C:\\configs\\x.json', 'file'],
    [8, 'C:/configs/x.json', 'file'],
    [9, '~/x.json', 'file'],
    [10, 'my-server', 'REFERENCE_INVALID'],
    [11, 'ab', 'REFERENCE_INVALID'],
    [11, 'a', 'REFERENCE_INVALID'],
    [12, 'nginx:latest', 'REFERENCE_INVALID'],
    [13, 'ghcr.io/o/r', 'reference'],
    [14, 'ghcr.io/o/r:v1', 'reference'],
    [15, 'ghcr.io/o/r:', 'REFERENCE_INVALID'],
    [16, `ghcr.io/o/r@sha256:${hex}`, 'reference'],
    [17, `ghcr.io/o/r:v1@sha256:${hex}`, 'reference'],
    [18, 'localhost:5000/ab', 'reference'],
    [19, 'localhost:5000/r:v1', 'reference'],
    [20, 'localhost:5000', 'no artifact'],
    [21, 'localhost/r:v1', 'reference'],
    [22, 'oci://ghcr.io/o/r:v1', 'reference'],
    [23, 'https://ghcr.io/o/r:v1', 'LOCATION_UNSUPPORTED'],
    [24, 'file:///tmp/x.json', 'file'],
    [25, 'ghcr.io/Org/repo:v1', 'REFERENCE_INVALID'],
    [26, 'invalid:reference:with:too:many:colons', 'REFERENCE_INVALID'],
    [27, '', 'REFERENCE_INVALID'],
    // 28 is a server's name in ToolHive; here it has the form of a reference, and a registry says whether it is one.
    [28, 'io.github.stacklok/fetch', 'reference'],
    [29, '[::1]:5000/a/b:v1', 'reference'],
    [30, 'ghcr.io/o/r:-bad', 'REFERENCE_INVALID'],
    [31, `ghcr.io/o/r:${'t'.repeat(128)}`, 'reference'],
    [31, `ghcr.io/o/r:${'t'.repeat(129)}`, 'REFERENCE_INVALID'],
    [32, '..', 'file'],
    [32, '...', 'REFERENCE_INVALID'],
    [32, '--', 'REFERENCE_INVALID'],
  ])('%i: %s is %s', (_number, word, wanted) => {
    expect(outcome(word)).toBe(wanted)
  })

  function outcome(word: string): string {
    if (isFile(word)) return 'file'
    try {
      const location = parseLocation(word)
      return location.scheme === 'registry' && location.repository !== undefined ? 'reference' : 'no artifact'
    } catch (failure) {
      return (failure as OcishError).code
    }
  }
})

describe('V4 shapes of artifacts', () => {
  const layer = (text: string, mediaType = 'application/vnd.toolhive.runconfig.v1+json') => ({
    mediaType,
    async *open() {
      yield bytes(text)
    },
  })
  const artifactType = 'application/vnd.toolhive.runconfig'

  test('an image manifest without a run configuration is another kind', async () => {
    const artifact = await artifactOf({ layers: [layer('{}', 'text/plain')] })
    await expect(readConfig(artifact, signal)).toFailWith('KIND_MISMATCH')
  })

  test('an index without a child that fits is another kind, with one it is read', async () => {
    const other = { layers: [layer('{}', 'text/plain')] }
    const one = { artifactType, layers: [layer('{"name":"in the index"}')] }
    const without = await artifactOf({ index: [{ packed: other }] })
    await expect(readConfig(without, signal)).toFailWith('KIND_MISMATCH')
    const within = await artifactOf({ index: [{ packed: other }, { packed: one }] })
    expect(await readConfig(within, signal)).toEqual({ name: 'in the index' })
    const twice = await artifactOf({
      index: [{ packed: one }, { packed: { ...one, layers: [layer('{"name":"b"}')] } }],
    })
    await expect(readConfig(twice, signal)).toFailWith('KIND_MISMATCH')
  })

  test('the second of two layers is taken', async () => {
    const artifact = await artifactOf({ layers: [layer('x', 'text/plain'), layer('{"name":"second"}')] })
    expect(await readConfig(artifact, signal)).toEqual({ name: 'second' })
  })

  test('two run configurations in one artifact are refused', async () => {
    const artifact = await artifactOf({
      artifactType,
      layers: [layer('{"name":"a"}'), layer('{"name":"b"}')],
    })
    await expect(readConfig(artifact, signal)).toFailWith('KIND_INPUT_INVALID')
  })

  test('the artifact type may be absent', async () => {
    expect(await readConfig(await artifactOf({ layers: [layer('{"name":"x"}')] }), signal)).toEqual({
      name: 'x',
    })
  })

  test('an empty object is an empty configuration', async () => {
    expect(await readConfig(await artifactOf({ artifactType, layers: [layer('{}')] }), signal)).toEqual({})
  })

  test('names in another case are taken', async () => {
    const artifact = await artifactOf({ artifactType, layers: [layer('{"IMAGE":"a","Name":"b"}')] })
    expect(await readConfig(artifact, signal)).toEqual({ image: 'a', name: 'b' })
  })

  test.each(['[]', '{} {}', '{"port":"80"}', '', 'null'])('a layer of %j is invalid', async (text) => {
    const artifact = await artifactOf({ artifactType, layers: [layer(text)] })
    await expect(readConfig(artifact, signal)).toFailWith('KIND_INPUT_INVALID')
  })
})

describe('V5 normalisation', () => {
  const read = (config: unknown) => toModel(normalise(parseConfig(bytes(config), { trailing: 'ignore' })))
  const isolated = (network?: object) =>
    read({ isolate_network: true, ...(network && { permission_profile: { network } }) }).isolate_network

  test.each([
    [{ transport: 'stdio' }, 'streamable-http'],
    [{ transport: 'stdio', proxy_mode: 'sse' }, 'sse'],
    [{ transport: 'sse', proxy_mode: 'streamable-http' }, 'sse'],
    [{ transport: 'streamable-http' }, 'streamable-http'],
    [{}, undefined],
  ])('proxy mode of %j is %s', (config, mode) => {
    expect(read(config).proxy_mode).toBe(mode)
  })

  test('an empty configuration gets a version and empty collections', () => {
    expect(read({})).toEqual({
      schema_version: 'v0.1.0',
      env_vars: {},
      container_labels: {},
      cmd_args: [],
      volumes: [],
      secrets: [],
    })
  })

  test('isolation gives way to the network of the host, or none', () => {
    expect(isolated({ mode: 'host' })).toBe(false)
    expect(isolated({ mode: 'none' })).toBe(false)
    expect(isolated({ mode: 'bridge' })).toBe(true)
    expect(isolated({ mode: 'default' })).toBe(true)
    expect(isolated()).toBe(true)
  })

  test('any version stays', () => expect(read({ schema_version: 'banana' }).schema_version).toBe('banana'))

  test('of a file, what follows the first value is ignored', () => {
    expect(read('{"name":"a"} {"name":"b"} more').name).toBe('a')
  })

  test('the last of repeated members counts', () => expect(read('{"name":"a","name":"b"}').name).toBe('b'))

  test('any case of a name is that name', () => expect(read('{"IMAGE":"x"}').image).toBe('x'))

  test('a list is an error', () => expect(() => read('[]')).toFailWith('KIND_INPUT_INVALID'))
})

describe('V6 references to secrets', () => {
  test.each([
    ['tok,target=TOKEN', { name: 'tok', target: 'TOKEN' }],
    ['a b,target=X=Y', { name: 'a b', target: 'X=Y' }],
  ])('%s', (text, wanted) => expect(parseSecretReference(text)).toEqual(wanted))

  test.each(['tok', ',target=X', 'tok,target=', 'a,b,target=X', ''])('%j is none', (text) => {
    expect(() => parseSecretReference(text)).toFailWith('KIND_INPUT_INVALID')
  })
})

describe('V7 variables that ToolHive sets', () => {
  const variables = async (config: object, env_vars: object) => {
    const artifact = await packed(
      { ...config, env_vars },
      { 'allow-env': ['MCP_TRANSPORT', 'MCP_PORT', 'FASTMCP_PORT'] },
    )
    return (await readConfig(artifact, signal)).env_vars
  }

  test('are dropped where they say what the configuration says', async () => {
    const derived = { MCP_TRANSPORT: 'sse', MCP_PORT: '3000', FASTMCP_PORT: '3000' }
    expect(await variables({ transport: 'sse', target_port: 3000 }, derived)).toBeUndefined()
    expect(await variables({ transport: 'stdio' }, { MCP_TRANSPORT: 'stdio' })).toBeUndefined()
  })

  test('are kept where they say something else', async () => {
    const own = { FASTMCP_PORT: '4000', MCP_PORT: '3000' }
    expect(await variables({ transport: 'stdio', target_port: 3000 }, own)).toEqual(own)
  })
})

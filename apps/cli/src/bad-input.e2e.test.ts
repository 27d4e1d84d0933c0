import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('a.txt', 'a')
  await world.run('push a.txt HOST/app:1.5.0 --tag 1.5.0-rc.2 --tag 1.4.9')
})
afterAll(() => world[Symbol.asyncDispose]())

interface Served extends AsyncDisposable {
  readonly host: string
}

async function serving(listener: RequestListener): Promise<Served> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function problem(line: string): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await world.run(`${line} --errors json`)
  const report = JSON.parse(stderr) as Record<string, unknown>
  expect(stdout).toBe('')
  expect(code).toBe(report['exit'])
  return report
}

describe('a line that is wrong', () => {
  test.each([
    ['describ HOST/app:1.5.0', 'USAGE_UNKNOWN_COMMAND', 'describe HOST/app:1.5.0'],
    [
      'resolve HOST/app:1.5.0 --platfrm linux/amd64',
      'USAGE_UNKNOWN_FLAG',
      'resolve HOST/app:1.5.0 --platform linux/amd64',
    ],
  ])('%s: exit 2 and the line to type', async (line, code, corrected) => {
    expect(await problem(line)).toMatchObject({
      code,
      exit: 2,
      corrected: `${corrected.replace('HOST', world.host)} --errors json`,
    })
  })

  test.each([
    ['resolve', 'USAGE_MISSING_ARGUMENT'],
    ['resolve HOST/app:1 HOST/app:2', 'USAGE_TOO_MANY_ARGUMENTS'],
    ['resolve HOST/app', 'REFERENCE_INVALID'],
    ['resolve app:1.0', 'REFERENCE_INVALID'],
    ['pull HOST/app:1.5.0 --limit many', 'USAGE_INVALID_VALUE'],
    [
      'push a.txt HOST/app@sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      'USAGE_INVALID_VALUE',
    ],
    ['push a.txt HOST/app:2 --pin', 'KIND_OPTION_UNSUPPORTED'],
    ['cat HOST/app:1.5.0 | head', 'USAGE_TOO_MANY_ARGUMENTS'],
    ['rm HOST/app:1.4.9', 'CONFIRMATION_REQUIRED'],
  ])('%s: exit 2 (%s), and nothing was changed', async (line, code) => {
    const asked = await world.registry.asked(async () =>
      expect(await problem(line)).toMatchObject({ code, exit: 2 }),
    )
    expect(asked.filter((request) => !/^(?:GET|HEAD) /.test(request))).toEqual([])
  })

  test('a wrong reference is marked and put right', async () => {
    const { stderr, code } = await world.run(['resolve', `${world.host}/Team/App:1.0`])
    expect(code).toBe(2)
    expect(stderr).toContain(`Try: resolve ${world.host}/team/app:1.0`)
  })

  test('the reference first, as oras has it, is answered with the corrected line', async () => {
    const { stderr, code } = await world.run('push HOST/app:2 a.txt')
    expect(code).toBe(2)
    expect(stderr).toContain(`The destination comes last: push a.txt ${world.host}/app:2`)
    const typed = await world.run('attach HOST/app:2 a.txt:text/plain')
    expect(typed.stderr).toContain(
      `The destination comes last: attach --type text/plain a.txt ${world.host}/app:2`,
    )
  })

  test('file:mediatype is answered with the flag', async () => {
    const { stderr, code } = await world.run('push a.txt:text/plain HOST/app:2')
    expect([code, stderr]).toEqual([2, expect.stringContaining('Write --type text/plain a.txt.')])
  })
})

describe('what is not there', () => {
  test('no such tag: exit 3 and the closest tags', async () => {
    expect(await problem('resolve HOST/app:1.5')).toMatchObject({
      code: 'TAG_NOT_FOUND',
      exit: 3,
      closest: ['1.5.0', '1.5.0-rc.2'],
      corrected: `resolve ${world.host}/app:1.5.0 --errors json`,
    })
  })

  test('no such repository, file or path inside', async () => {
    expect(await problem('tags HOST/nothing')).toMatchObject({ code: 'REPOSITORY_NOT_FOUND', exit: 3 })
    expect(await problem('push nothing.txt HOST/app:2')).toMatchObject({ code: 'FILE_NOT_FOUND', exit: 3 })
    expect(await problem('cat HOST/app:1.5.0//b.txt')).toMatchObject({
      code: 'PATH_NOT_FOUND',
      exit: 3,
      closest: ['a.txt'],
    })
    expect(await problem('tags oci:nowhere')).toMatchObject({ exit: 3 })
  })
})

describe('a server that lies', () => {
  const manifestType = 'application/vnd.oci.image.manifest.v1+json'
  const sha = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const layer = Buffer.from('the right content')
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha(Buffer.from('{}')), size: 2 },
      layers: [
        {
          mediaType: 'text/plain',
          digest: sha(layer),
          size: layer.length,
          annotations: { 'org.opencontainers.image.title': 'file.txt' },
        },
      ],
    }),
  )

  /** The manifest and its empty configuration are right, the layer is `blob`. */
  function withBlob(blob: Uint8Array): RequestListener {
    return (request, response) => {
      const { url = '' } = request
      const isManifest = url.includes('/manifests/')
      const body = isManifest ? manifest : url.endsWith(sha(Buffer.from('{}'))) ? Buffer.from('{}') : blob
      response.writeHead(200, {
        'content-type': isManifest ? manifestType : 'application/octet-stream',
        'content-length': body.length,
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    }
  }

  test.each([
    ['other bytes', 'the wrong content', 'DIGEST_MISMATCH'],
    ['fewer bytes', 'short', 'SIZE_MISMATCH'],
  ])('%s: exit 7 and nothing in the target', async (_what, blob, code) => {
    await using server = await serving(withBlob(Buffer.from(blob)))
    expect(await problem(`pull ${server.host}/app:1 target`)).toMatchObject({ code, exit: 7 })
    expect(await world.names()).not.toContain('target')
    expect(await problem(`cp ${server.host}/app:1 oci:layout:1`)).toMatchObject({ code, exit: 7 })
    expect(await world.run('exists oci:layout:1')).toMatchObject({ code: 1 })
  })

  test('T28 another manifest under a pinned digest: exit 7', async () => {
    await using server = await serving(withBlob(layer))
    const line = `resolve ${server.host}/app@${sha(layer)}`
    expect((await world.run(`manifest ${server.host}/app@${sha(layer)}`)).code).toBe(7)
    expect((await world.run(line)).code).toBeOneOf([0, 7])
  })

  test.each([
    ['html', '<html>not here</html>', 'text/html'],
    ['no JSON', '{"schemaVersion":2,', manifestType],
    ['deeply nested', `{"a":${'['.repeat(100_000)}`, manifestType],
    [
      'both a manifest and an index',
      '{"schemaVersion":2,"layers":[],"manifests":[],"config":{}}',
      manifestType,
    ],
  ])('a manifest that is %s: exit 6', async (_what, body, type) => {
    await using server = await serving((request, response) => {
      response.writeHead(200, { 'content-type': type })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
    expect(await problem(`describe ${server.host}/app:1`)).toMatchObject({ exit: 6 })
  })

  test('T37 a manifest without end: exit 6 at the limit', async () => {
    await using server = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': manifestType })
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
      }
      response.on('drain', more)
      more()
    })
    expect(await problem(`describe ${server.host}/app:1`)).toMatchObject({ code: 'LIMIT_EXCEEDED', exit: 6 })
  })
})

describe('a server that refuses or is not there', () => {
  test('401: exit 4 and the login line', async () => {
    await using server = await serving((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' })
      response.end()
    })
    const report = await problem(`resolve ${server.host}/app:1`)
    expect(report).toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', exit: 4 })
    expect(JSON.stringify(report['hints'])).toContain(`login ${server.host}`)
  })

  test('nobody listens: exit 5', async () => {
    const server = await serving(() => undefined)
    await server[Symbol.asyncDispose]()
    expect(await problem(`resolve ${server.host}/app:1`)).toMatchObject({ code: 'NETWORK_FAILED', exit: 5 })
  })

  test('--timeout ends what does not end: exit 124', async () => {
    await using server = await serving(() => undefined)
    expect(await problem(`resolve ${server.host}/app:1 --timeout 300ms`)).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      exit: 124,
    })
  })
})

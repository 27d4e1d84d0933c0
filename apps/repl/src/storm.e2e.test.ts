import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { temporaryFolder } from '@ocish/testing'
import { expect, test } from 'vitest'
import { TestTerminal } from './terminal.test-kit.ts'

const sha256 = (content: string | Buffer): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`

/** A registry whose one blob comes in pieces, when the test says so. */
async function slowRegistry(): Promise<{
  readonly host: string
  readonly asked: Promise<ServerResponse>
  readonly blob: Buffer
  close(): void
}> {
  const blob = Buffer.alloc(1024 * 1024, 'x')
  const { promise: asked, resolve } = Promise.withResolvers<ServerResponse>()
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.example.big',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2, data: 'e30=' },
    layers: [
      {
        mediaType: 'text/plain',
        digest: sha256(blob),
        size: blob.length,
        annotations: { 'org.opencontainers.image.title': 'big.txt' },
      },
    ],
  })
  const server = createServer(({ url = '', method }, response) => {
    if (url.includes('/manifests/')) {
      response.setHeader('content-type', 'application/vnd.oci.image.manifest.v1+json')
      response.setHeader('docker-content-digest', sha256(manifest))
      response.setHeader('content-length', Buffer.byteLength(manifest))
      response.end(method === 'HEAD' ? '' : manifest)
    } else if (url.endsWith(sha256('{}'))) response.end('{}')
    else if (url.includes('/blobs/') && method === 'GET') {
      response.setHeader('content-length', blob.length)
      resolve(response)
    } else if (url.includes('/blobs/')) response.setHeader('content-length', blob.length).end()
    else if (url === '/v2/') response.end('{}')
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    blob,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('a storm of resizes while something is transferred: one region of progress, one prompt, no copies', async () => {
  await using folder = await temporaryFolder()
  await using terminal = new TestTerminal({ home: folder.path, columns: 100, rows: 20 })
  const registry = await slowRegistry()
  try {
    await terminal.shows('❯')
    terminal.type('version\r')
    await terminal.shows('0.')
    terminal.type(`pull ${registry.host}/team/app:1\r`)
    const response = await registry.asked
    const half = registry.blob.length / 2
    response.write(registry.blob.subarray(0, half))
    await terminal.shows('50%')
    terminal.type('typed meanwhile')
    await terminal.shows('❯ typed meanwhile')
    for (const [columns, rows] of [
      [40, 8],
      [90, 30],
      [20, 6],
      [101, 40],
      [33, 9],
      [100, 20],
    ] as const) {
      terminal.resize(columns, rows)
      await new Promise((done) => setImmediate(done))
    }
    await terminal.until(({ screen, cursor: { y } }) => {
      const region = screen.slice(y - 2)
      return (
        /^ {2}pull \S+ .*0 of 1/.test(region[0] ?? '') &&
        /[█░]+ +50%/.test(region[1] ?? '') &&
        region[2]?.endsWith('❯ typed meanwhile') === true &&
        region.length <= 4 &&
        screen.filter((row) => /[█░]/.test(row)).length === 1
      )
    }, 'the region of progress, once')
    response.end(registry.blob.subarray(half))
    await terminal.until(({ screen }) => !/[█░]/.test(screen.join('')), 'no progress')
    await terminal.shows('❯ typed meanwhile')
    expect(terminal.screen.filter((row) => row.includes('typed meanwhile'))).toHaveLength(1)
    terminal.type('\u0015exit 5\r')
    expect(await terminal.ended).toBe(5)
  } finally {
    registry.close()
  }
})

test('of sizes that come and go before it hears of them, none leaves a trace', async () => {
  await using folder = await temporaryFolder()
  await using terminal = new TestTerminal({ home: folder.path, columns: 60, rows: 16 })
  await terminal.shows('❯')
  terminal.type('version\r')
  await terminal.shows('0.')
  terminal.type('describe ghcr.io/team/an-application:1.0')
  await terminal.shows('F1')
  const wanted = terminal.screen
  // Back before the signal is read: the session is never told of another size.
  terminal.resize(12, 4)
  terminal.resize(60, 16)
  await terminal.until(({ screen }) => screen.join('\n') === wanted.join('\n'), wanted.join('\n'))
  terminal.type('X')
  await terminal.shows(':1.0X')
  expect(terminal.everything.split('an-application')).toHaveLength(2)
})

test('while another program has the terminal, a resize writes nothing to it', async () => {
  await using folder = await temporaryFolder()
  await using terminal = new TestTerminal({ home: folder.path, columns: 60, rows: 16 })
  await terminal.shows('❯')
  terminal.type("^sh -c 'echo at $((40 + 2)); read line; echo got $line'\r")
  await terminal.shows('at 42')
  const before = terminal.output.length
  terminal.resize(40, 10)
  terminal.type('it\r')
  await terminal.shows('got it')
  await terminal.until(({ screen }) => screen.at(-1)?.trimEnd().endsWith('❯') === true, 'the prompt')
  expect(terminal.output.slice(before)).not.toContain('\u001B[H\u001B[J')
})

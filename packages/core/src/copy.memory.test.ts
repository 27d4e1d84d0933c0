import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createDigester, emptyBytes, emptyDescriptor, oci } from '@ocish/sdk'
import { bytesOf, noise } from '@ocish/testing'
import { expect, it, onTestFinished } from 'vitest'

const MiB = 2 ** 20
const block = noise(MiB)
const program = join(import.meta.dirname, 'fixtures/discard-one.ts')

/** A registry whose only layer is one block again and again, and which forgets what is pushed. */
async function serveBlocks(count: number): Promise<string> {
  const digester = createDigester('sha256')
  for (let at = 0; at < count; at += 1) digester.update(block)
  const digest = digester.digest()
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: count * MiB }
  const manifest = bytesOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: oci.manifest,
      artifactType: 'application/vnd.example.test',
      config: emptyDescriptor,
      layers: [layer],
    }),
  )
  const server = createServer((request, response) => {
    const send = async (): Promise<void> => {
      if (request.method === 'GET' && request.url?.includes('/manifests/') === true) {
        response.writeHead(200, { 'content-type': oci.manifest, 'content-length': manifest.length })
        response.end(manifest)
      } else if (request.method !== 'GET') {
        for await (const _ of request) continue
        const status = { HEAD: 404, PUT: 201 }[request.method ?? ''] ?? 202
        response.writeHead(status, { location: `${request.url}session`, 'content-length': 0 }).end()
      } else if (request.url?.includes(digest) === true) {
        response.writeHead(200, { 'content-length': layer.size })
        for (let at = 0; at < count; at += 1) if (!response.write(block)) await once(response, 'drain')
        response.end()
      } else {
        response.writeHead(200, { 'content-length': emptyDescriptor.size })
        response.end(emptyBytes())
      }
    }
    send().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The peak of memory, in MiB, of a process that moves so many MiB. */
async function peak(count: number, way: string): Promise<number> {
  const host = await serveBlocks(count)
  const args = ['-C', 'ocish-source', program, host, way]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  expect(errors).toBe('')
  return Number(out) / 1024
}

it.each(['receiving', 'pushing', 'uploading'])(
  'a copy of 2 GiB takes the memory of a small one (P8), %s',
  async (way) => {
    const [small, large] = [await peak(200, way), await peak(2048, way)]
    expect(large).toBeLessThan(1.1 * small)
  },
)

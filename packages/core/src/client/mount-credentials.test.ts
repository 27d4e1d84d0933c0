import { emptyDescriptor } from '@ocish/sdk'
import { bytesOf, content } from '@ocish/testing'
import { expect, it } from 'vitest'
import { copy } from '../copy.ts'
import { createClient } from './client.ts'
import type { Credential } from './options.ts'
import { type Reply, scripted, type Seen } from './scripted-server.test-kit.ts'

const sample = content({
  blobs: { layer: 'what alice may read' },
  manifests: { app: { artifactType: 'application/vnd.example', layers: ['layer'] } },
  tags: { v1: 'app' },
})
const people: Readonly<Record<string, Credential>> = {
  alpha: { username: 'alice', password: 'wonderland', source: 'the test' },
  beta: { username: 'bob', password: 'builder', source: 'the test' },
}
const basicOf: Readonly<Record<string, string>> = {
  alpha: `Basic ${Buffer.from('alice:wonderland').toString('base64')}`,
  beta: `Basic ${Buffer.from('bob:builder').toString('base64')}`,
}

/** Each namespace knows one person. A mount needs a right that nobody has: to push here and to read there. */
function twoOwners(uploaded: Map<string, Buffer>): (seen: Seen) => Reply {
  const stored = new Map<string, Uint8Array>([
    ['manifests/v1', sample.manifests.app.bytes],
    [`manifests/${sample.manifests.app.descriptor.digest}`, sample.manifests.app.bytes],
    [`blobs/${sample.blobs.layer.descriptor.digest}`, sample.blobs.layer.bytes],
    [`blobs/${emptyDescriptor.digest}`, bytesOf('{}')],
  ])
  return ({ method, target, headers, body }) => {
    const [, , owner = '', , kind = '', name = ''] = target.split(/[/?]/)
    if (headers.authorization !== basicOf[owner]) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }
    }
    if (method === 'POST') {
      return target.includes('mount=')
        ? { status: 403 }
        : { status: 202, headers: { location: `/v2/${owner}/app/blobs/uploads/1` } }
    }
    if (method === 'PUT') {
      uploaded.set(target, body)
      return { status: 201 }
    }
    if (owner === 'beta') return { status: 404 }
    const bytes = stored.get(`${kind}/${name}`)
    if (bytes === undefined) return { status: 404 }
    const type = kind === 'manifests' ? sample.manifests.app.descriptor.mediaType : 'application/octet-stream'
    return { body: bytes, headers: { 'content-type': type } }
  }
}

it('T24 a mount between repositories of two people is refused, and the copy moves the bytes', async () => {
  const uploaded = new Map<string, Buffer>()
  const server = await scripted(twoOwners(uploaded))
  await using client = createClient(server.host, {
    credentials: (_host, repository) => people[repository?.split('/')[0] ?? ''],
    retries: 0,
  })
  const result = await copy(
    { registry: client, repository: 'alpha/app' },
    'v1',
    { registry: client, repository: 'beta/app' },
    { tags: ['v1'] },
  )
  expect(result.mounted.blobs).toBe(0)
  expect([...uploaded.values()]).toContainEqual(Buffer.from(bytesOf('what alice may read')))
  for (const { target, headers } of server.requests) {
    if (headers.authorization === undefined) continue
    expect(headers.authorization).toBe(basicOf[target.split('/')[2] ?? ''])
  }
})

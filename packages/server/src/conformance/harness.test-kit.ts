import { createMemoryRegistry } from '@ocish/core'
import { type DigestAlgorithm, digestOf } from '@ocish/sdk'
import { type RawAnswer, rawRequest, type RawRequestOptions } from '@ocish/testing'
import { afterAll, beforeAll, expect } from 'vitest'
import type { ServeOptions } from '../options.ts'
import { serve, type Server } from '../serve.ts'

/** Both algorithms of image-spec: every check of the acceptance list runs for each (specs/distribution.md, section 4). */
export const algorithms: readonly DigestAlgorithm[] = ['sha256', 'sha512']

/** A server for the tests of a file, and requests to it. */
export interface Harness {
  readonly send: (path: string, options?: RawRequestOptions) => Promise<RawAnswer>
  readonly server: () => Server
  /** A repository nobody has written to. */
  readonly fresh: () => string
}

/** Starts a server over memory before the tests of a `describe`, and closes it after them. */
export function useServer(options: ServeOptions = {}): Harness {
  let server: Server | undefined
  let count = 0
  beforeAll(async () => {
    server = await serve(createMemoryRegistry(), options)
  })
  afterAll(() => server?.close())
  const running = (): Server => {
    if (server === undefined) throw new Error('the server is not running')
    return server
  }
  return {
    server: running,
    send: (path, sent) => rawRequest(running().url + path, sent),
    fresh: () => `conformance/repo-${(count += 1)}`,
  }
}

export const octets = { 'content-type': 'application/octet-stream' } as const

/** Checks that an answer says nothing but a status and a code that distribution-spec knows. */
export function expectError(answer: RawAnswer, status: number, code: string): void {
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.codes).toContain(code)
}

/** The Location of an answer as a path. */
export function locationOf(answer: RawAnswer): string {
  const location = answer.headers.location
  if (location === undefined) throw new Error('the answer has no Location')
  return location
}

/** Pushes a blob with POST and PUT. */
export async function pushBlob(
  { send }: Harness,
  repository: string,
  body: Uint8Array,
  algorithm: DigestAlgorithm,
): Promise<string> {
  const digest = digestOf(body, algorithm)
  const session = await send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const path = withDigest(locationOf(session), digest)
  const answer = await send(path, { method: 'PUT', headers: octets, body })
  expect(answer.status).toBe(201)
  return digest
}

/** Adds `digest` to a Location without touching what is there. */
export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`
}

/** The rest of what every pushed blob has to satisfy: readable at its Location, by HEAD and GET, and deletable. */
export async function expectBlob(
  { send }: Harness,
  repository: string,
  digest: string,
  bytes: Uint8Array,
): Promise<void> {
  const path = `/v2/${repository}/blobs/${digest}`
  const head = await send(path, { method: 'HEAD' })
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(head.headers['content-length']).toBe(String(bytes.length))
  expect(head.headers['docker-content-digest']).toBe(digest)
  const get = await send(path)
  expect(get.status).toBe(200)
  expect(get.headers['content-length']).toBe(String(bytes.length))
  expect(get.headers['docker-content-digest']).toBe(digest)
  expect(Buffer.compare(get.body, bytes)).toBe(0)
}

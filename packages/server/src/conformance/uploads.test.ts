import { digestOf } from '@ocish/sdk'
import { noise, opened, type RawAnswer } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import {
  algorithms,
  expectBlob,
  expectError,
  type Harness,
  locationOf,
  octets,
  useServer,
  withDigest,
} from './harness.test-kit.ts'

const size = 1024
const body = noise(3 * size, 21)
const chunks = [0, 1, 2].map((index) => body.slice(index * size, (index + 1) * size))

async function start({ send }: Harness, repository: string, query = ''): Promise<string> {
  const session = await send(`/v2/${repository}/blobs/uploads/${query}`, { method: 'POST' })
  expect(session.status).toBe(202)
  return locationOf(session)
}

function patch({ send }: Harness, location: string, chunk: Uint8Array, first: number): Promise<RawAnswer> {
  const range = `${first}-${first + chunk.length - 1}`
  return send(location, { method: 'PATCH', headers: { ...octets, 'content-range': range }, body: chunk })
}

/** A wrong offset is 416, says where the upload is, and changes nothing. */
async function expectWrongOffset(harness: Harness, location: string, offset: number): Promise<void> {
  for (const first of [offset + size, offset === 0 ? 5 * size : 0]) {
    const refused = await patch(harness, location, noise(size), first)
    expect(refused.status).toBe(416)
    expect(refused.headers.location).toBeDefined()
  }
  await expectStatus(harness, location, offset)
}

async function expectStatus({ send }: Harness, location: string, offset: number): Promise<void> {
  const status = await send(location)
  expect(status.status).toBe(204)
  expect(status.headers.range).toBe(`0-${Math.max(0, offset - 1)}`)
  expect(status.headers.location).toBeDefined()
}

describe.each(algorithms)('chunked uploads under %s', (algorithm) => {
  const harness = useServer()
  const { send, fresh } = harness
  const digest = digestOf(body, algorithm)

  it('chunk by chunk, with a wrong chunk before each, closed by an empty PUT', async () => {
    const repository = fresh()
    let location = await start(harness, repository)
    for (const [index, chunk] of chunks.entries()) {
      await expectWrongOffset(harness, location, index * size)
      const answer = await patch(harness, location, chunk, index * size)
      expect(answer.status).toBe(202)
      expect(answer.headers.range).toBe(`0-${(index + 1) * size - 1}`)
      location = locationOf(answer)
    }
    const closed = await send(withDigest(location, digest), { method: 'PUT', headers: octets })
    expect(closed.status).toBe(201)
    await expectBlob(harness, repository, digest, body)
  })

  it('closed by the last chunk; a PUT with a wrong one is 416 and the session survives', async () => {
    const repository = fresh()
    const location = await start(harness, repository)
    await patch(harness, location, chunks[0] ?? new Uint8Array(), 0)
    await patch(harness, location, chunks[1] ?? new Uint8Array(), size)
    const last = (first: number): Promise<RawAnswer> =>
      send(withDigest(location, digest), {
        method: 'PUT',
        headers: { ...octets, 'content-range': `${first}-${first + size - 1}` },
        body: chunks[2] ?? new Uint8Array(),
      })
    expect((await last(0)).status).toBe(416)
    await expectStatus(harness, location, 2 * size)
    expect((await last(2 * size)).status).toBe(201)
    await expectBlob(harness, repository, digest, body)
  })

  it('by a streamed PATCH without Content-Range and without a length', async () => {
    const repository = fresh()
    const location = await start(harness, repository)
    const answer = await send(location, { method: 'PATCH', headers: octets, body: opened(...chunks)() })
    expect(answer).toMatchObject({ status: 202, headers: { range: `0-${3 * size - 1}` } })
    expect((await send(withDigest(location, digest), { method: 'PUT' })).status).toBe(201)
    await expectBlob(harness, repository, digest, body)
  })

  it('by a streamed PUT', async () => {
    const repository = fresh()
    const path = withDigest(await start(harness, repository), digest)
    expect((await send(path, { method: 'PUT', headers: octets, body: opened(...chunks)() })).status).toBe(201)
    await expectBlob(harness, repository, digest, body)
  })

  it('started with digest-algorithm (end-4c)', async () => {
    const repository = fresh()
    const location = await start(harness, repository, `?digest-algorithm=${algorithm}`)
    await patch(harness, location, body, 0)
    expect((await send(withDigest(location, digest), { method: 'PUT' })).status).toBe(201)
    await expectBlob(harness, repository, digest, body)
  })

  it('a stale Location still answers', async () => {
    const location = await start(harness, fresh())
    await patch(harness, location, chunks[0] ?? new Uint8Array(), 0)
    expect((await patch(harness, location, chunks[0] ?? new Uint8Array(), 0)).status).toBe(416)
    await expectStatus(harness, location, size)
  })

  it('can be cancelled with 204, and is unknown afterwards', async () => {
    const location = await start(harness, fresh())
    await patch(harness, location, body, 0)
    expect((await send(location, { method: 'DELETE' })).status).toBe(204)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expectError(await send(location, { method }), 404, 'BLOB_UPLOAD_UNKNOWN')
    }
  })

  it('a PUT without a digest, or with one that is none, is 400 and the session survives', async () => {
    const repository = fresh()
    const location = await start(harness, repository)
    await patch(harness, location, body, 0)
    expectError(await send(location, { method: 'PUT' }), 400, 'DIGEST_INVALID')
    expectError(await send(withDigest(location, 'sha256:bad'), { method: 'PUT' }), 400, 'DIGEST_INVALID')
    expect((await send(withDigest(location, digest), { method: 'PUT' })).status).toBe(201)
  })

  it('a wrong digest ends the session', async () => {
    const location = await start(harness, fresh())
    await patch(harness, location, chunks[0] ?? new Uint8Array(), 0)
    expectError(await send(withDigest(location, digest), { method: 'PUT' }), 400, 'DIGEST_INVALID')
    expectError(await send(location), 404, 'BLOB_UPLOAD_UNKNOWN')
  })

  it('two requests at once on one session are answered one after the other', async () => {
    const repository = fresh()
    const location = await start(harness, repository)
    const answers = await Promise.all([patch(harness, location, body, 0), patch(harness, location, body, 0)])
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([202, 416]))
    expect((await send(withDigest(location, digest), { method: 'PUT' })).status).toBe(201)
    await expectBlob(harness, repository, digest, body)
  })

  it('belongs to its repository', async () => {
    const location = await start(harness, fresh())
    const id = location.split('/').at(-1) ?? ''
    expectError(await send(`/v2/${fresh()}/blobs/uploads/${id}`), 404, 'BLOB_UPLOAD_UNKNOWN')
  })
})

describe('what a chunk has to be', () => {
  const harness = useServer({ minimumChunk: 1000 })
  const { send, fresh } = harness

  it.each(['bytes 0-99', '0-', 'x', '99-0', '0-98'])('the range %j for 100 bytes is 416', async (range) => {
    const location = await start(harness, fresh())
    const headers = { ...octets, 'content-range': range }
    expectError(await send(location, { method: 'PATCH', headers, body: noise(100) }), 416, 'RANGE_INVALID')
    await expectStatus(harness, location, 0)
  })

  it('is announced, and only the last chunk may be smaller', async () => {
    const session = await send(`/v2/${fresh()}/blobs/uploads/`, { method: 'POST' })
    expect(session.headers['oci-chunk-min-length']).toBe('1000')
    const location = locationOf(session)
    expect((await patch(harness, location, noise(1000), 0)).status).toBe(202)
    expect((await patch(harness, location, noise(10), 1000)).status).toBe(202)
    expectError(await patch(harness, location, noise(10), 1010), 400, 'SIZE_INVALID')
  })

  it('an algorithm nobody knows is 400', async () => {
    const answer = await send(`/v2/${fresh()}/blobs/uploads/?digest-algorithm=md5`, { method: 'POST' })
    expectError(answer, 400, 'DIGEST_INVALID')
  })
})

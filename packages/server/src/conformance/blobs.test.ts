import { digestOf } from '@ocish/sdk'
import { bytesOf, noise } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import {
  algorithms,
  expectBlob,
  expectError,
  locationOf,
  octets,
  pushBlob,
  useServer,
  withDigest,
} from './harness.test-kit.ts'

describe.each(algorithms)('blobs under %s', (algorithm) => {
  const harness = useServer()
  const { send, fresh } = harness
  const bodies: readonly (readonly [string, Uint8Array])[] = [
    ['a blob', noise(5000)],
    ['the empty blob', new Uint8Array()],
    ['{}', bytesOf('{}')],
  ]

  it('an unknown blob is 404', async () => {
    const digest = digestOf(bytesOf('unknown'), algorithm)
    expectError(await send(`/v2/${fresh()}/blobs/${digest}`), 404, 'BLOB_UNKNOWN')
    expect(await send(`/v2/${fresh()}/blobs/${digest}`, { method: 'HEAD' })).toMatchObject({ status: 404 })
  })

  it.each(bodies)('%s by one POST (end-4b)', async (_, body) => {
    const repository = fresh()
    const digest = digestOf(body, algorithm)
    const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`
    const answer = await send(path, { method: 'POST', headers: octets, body })
    expect(answer.status).toBe(201)
    expect(answer.headers['docker-content-digest']).toBe(digest)
    expect((await send(locationOf(answer))).body).toStrictEqual(body)
    await expectBlob(harness, repository, digest, body)
  })

  it.each(bodies)('%s by POST and PUT', async (_, body) => {
    const repository = fresh()
    const digest = digestOf(body, algorithm)
    const session = await send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
    expect(session.status).toBe(202)
    const path = withDigest(locationOf(session), digest)
    const answer = await send(path, { method: 'PUT', headers: octets, body })
    expect(answer.status).toBe(201)
    expect(answer.headers['docker-content-digest']).toBe(digest)
    expect((await send(locationOf(answer))).body).toStrictEqual(body)
    await expectBlob(harness, repository, digest, body)
  })

  it.each(bodies)('%s by a mount', async (_, body) => {
    const source = fresh()
    const repository = fresh()
    const digest = await pushBlob(harness, source, body, algorithm)
    const path = `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${source}`
    const answer = await send(path, { method: 'POST' })
    expect(answer.status).toBe(201)
    expect(locationOf(answer)).toBe(`/v2/${repository}/blobs/${digest}`)
    expect(answer.headers['docker-content-digest']).toBe(digest)
    await expectBlob(harness, repository, digest, body)
  })

  it('a blob by an anonymous mount', async () => {
    const body = noise(3000, 9)
    const repository = fresh()
    const digest = await pushBlob(harness, fresh(), body, algorithm)
    const answer = await send(`/v2/${repository}/blobs/uploads/?mount=${digest}`, { method: 'POST' })
    expect(answer.status).toBe(201)
    await expectBlob(harness, repository, digest, body)
  })

  it.each(['&from=conformance/nobody', '', '&from=NOT%20A%20NAME'])(
    'the mount of a missing blob%s is 202 and the session usable',
    async (from) => {
      const body = noise(100, 77)
      const repository = fresh()
      const digest = digestOf(bytesOf(`missing${from}`), algorithm)
      const refused = await send(`/v2/${repository}/blobs/uploads/?mount=${digest}${from}`, {
        method: 'POST',
      })
      expect(refused.status).toBe(202)
      const own = digestOf(body, algorithm)
      const path = withDigest(locationOf(refused), own)
      expect((await send(path, { method: 'PUT', headers: octets, body })).status).toBe(201)
      await expectBlob(harness, repository, own, body)
    },
  )

  it('a wrong digest is 400 on every way in', async () => {
    const repository = fresh()
    const wrong = digestOf(bytesOf('wrong'), algorithm)
    const body = noise(2000, 5)
    const whole = { method: 'POST', headers: octets, body }
    expectError(await send(`/v2/${repository}/blobs/uploads/?digest=${wrong}`, whole), 400, 'DIGEST_INVALID')
    const session = await send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
    const put = { method: 'PUT', headers: octets, body }
    expectError(await send(withDigest(locationOf(session), wrong), put), 400, 'DIGEST_INVALID')
    const chunked = await send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
    const patched = await send(locationOf(chunked), { method: 'PATCH', headers: octets, body })
    const closing = await send(withDigest(locationOf(patched), wrong), { method: 'PUT' })
    expectError(closing, 400, 'DIGEST_INVALID')
    expect((await send(`/v2/${repository}/blobs/${wrong}`, { method: 'HEAD' })).status).toBe(404)
  })

  it('a deleted blob is gone, in its repository only', async () => {
    const body = noise(1000, 6)
    const [repository, other] = [fresh(), fresh()]
    const digest = await pushBlob(harness, repository, body, algorithm)
    await pushBlob(harness, other, body, algorithm)
    expect((await send(`/v2/${repository}/blobs/${digest}`, { method: 'DELETE' })).status).toBe(202)
    expect((await send(`/v2/${repository}/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404)
    expectError(await send(`/v2/${repository}/blobs/${digest}`, { method: 'DELETE' }), 404, 'BLOB_UNKNOWN')
    await expectBlob(harness, other, digest, body)
  })

  describe('ranges', () => {
    const body = noise(2048, 11)

    it.each([
      ['500-1499', 500, 1499],
      ['500-', 500, 2047],
      ['-500', 1548, 2047],
      ['2000-5000', 2000, 2047],
      ['0-0', 0, 0],
      ['-5000', 0, 2047],
    ])('%s is 206 with exact lengths', async (range, first, last) => {
      const repository = fresh()
      const digest = await pushBlob(harness, repository, body, algorithm)
      const answer = await send(`/v2/${repository}/blobs/${digest}`, { headers: { range: `bytes=${range}` } })
      expect(answer.status).toBe(206)
      expect(answer.headers['content-length']).toBe(String(last - first + 1))
      expect(answer.headers['content-range']).toBe(`bytes ${first}-${last}/2048`)
      expect(Buffer.compare(answer.body, body.subarray(first, last + 1))).toBe(0)
    })

    it.each(['500-0', '5000-10000', '-0', '2048-'])('%s is 416', async (range) => {
      const repository = fresh()
      const digest = await pushBlob(harness, repository, body, algorithm)
      const answer = await send(`/v2/${repository}/blobs/${digest}`, { headers: { range: `bytes=${range}` } })
      expectError(answer, 416, 'RANGE_INVALID')
      expect(answer.headers['content-range']).toBe('bytes */2048')
    })

    it.each(['bytes=0-1,5-6', 'bytes=x-y', 'lines=1-2', 'bytes=-'])('%s is the whole blob', async (range) => {
      const repository = fresh()
      const digest = await pushBlob(harness, repository, body, algorithm)
      const answer = await send(`/v2/${repository}/blobs/${digest}`, { headers: { range } })
      expect(answer.status).toBe(200)
      expect(answer.body).toHaveLength(2048)
    })

    it('of the empty blob is the empty blob', async () => {
      const repository = fresh()
      const digest = await pushBlob(harness, repository, new Uint8Array(), algorithm)
      const answer = await send(`/v2/${repository}/blobs/${digest}`, { headers: { range: 'bytes=0-' } })
      expect(answer).toMatchObject({ status: 200, text: '' })
    })

    it('counts only while If-Range names the blob', async () => {
      const repository = fresh()
      const digest = await pushBlob(harness, repository, body, algorithm)
      const get = async (condition: string): Promise<number> => {
        const headers = { range: 'bytes=1-2', 'if-range': condition }
        return (await send(`/v2/${repository}/blobs/${digest}`, { headers })).status
      }
      expect(await get(`"${digest}"`)).toBe(206)
      expect(await get('"another"')).toBe(200)
    })
  })

  it('is cacheable: ETag, If-None-Match in every spelling, immutable', async () => {
    const repository = fresh()
    const digest = await pushBlob(harness, repository, noise(10), algorithm)
    const path = `/v2/${repository}/blobs/${digest}`
    const { headers } = await send(path)
    expect(headers.etag).toBe(`"${digest}"`)
    expect(headers['cache-control']).toBe('max-age=31536000, immutable')
    expect(headers['accept-ranges']).toBe('bytes')
    for (const tag of [`"${digest}"`, `W/"${digest}"`, digest, '*', `"x", "${digest}"`]) {
      expect((await send(path, { headers: { 'if-none-match': tag } })).status).toBe(304)
    }
    expect((await send(path, { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
  })

  it('GET may carry a body', async () => {
    const repository = fresh()
    const digest = await pushBlob(harness, repository, bytesOf('small'), algorithm)
    const answer = await send(`/v2/${repository}/blobs/${digest}`, { body: noise(100_000) })
    expect(answer).toMatchObject({ status: 200, text: 'small' })
  })
})

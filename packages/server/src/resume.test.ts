import { createMemoryRegistry, type Registry, type Upload } from '@ocish/core'
import { digestOf } from '@ocish/sdk'
import { noise, rawRequest } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { serve } from './serve.ts'

const bytes = noise(200_000)
const digest = digestOf(bytes)

/** A registry whose upload ids cannot be guessed, as those of the store. */
function withLongIds(inner: Registry): Registry {
  const prefix = 'f3b1c2d4e5f60718293a4b5c6d7e8f90'
  const long = (upload: Upload): Upload =>
    new Proxy(upload, {
      get: (target, name): unknown => {
        if (name === 'id') return prefix + target.id
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  const startUpload: Registry['startUpload'] = async (...args) => long(await inner.startUpload(...args))
  const resumeUpload: Registry['resumeUpload'] = async (repository, id, options) =>
    long(await inner.resumeUpload(repository, id.replace(prefix, ''), options))
  const own: Partial<Registry> = { startUpload, resumeUpload }
  return new Proxy(inner, {
    get: (target, name): unknown => {
      if (name in own) return Reflect.get(own, name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

describe('an upload and a server that starts again', () => {
  it('goes on where the registry keeps what arrived', async () => {
    const registry = withLongIds(createMemoryRegistry())
    const first = await serve(registry)
    const session = await rawRequest(`${first.url}/v2/a/blobs/uploads/`, { method: 'POST' })
    const path = session.headers.location ?? ''
    await rawRequest(first.url + path, { method: 'PATCH', body: bytes.subarray(0, 50_000) })
    await first.close()
    await using second = await serve(registry)
    const status = await rawRequest(second.url + path)
    expect([status.status, status.headers['range']]).toStrictEqual([204, '0-49999'])
    const put = { method: 'PUT', headers: { 'content-range': '50000-199999' }, body: bytes.subarray(50_000) }
    expect((await rawRequest(`${second.url}${path}?digest=${digest}`, put)).status).toBe(201)
    expect(await registry.statBlob('a', digest)).toMatchObject({ size: bytes.length })
  })

  it('is gone where ids can be guessed: nobody takes over the upload of another', async () => {
    const registry = createMemoryRegistry()
    await registry.startUpload('a')
    await using server = await serve(registry)
    expect((await rawRequest(`${server.url}/v2/a/blobs/uploads/1`)).status).toBe(404)
  })
})

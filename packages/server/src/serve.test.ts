import { createMemoryRegistry } from '@ocish/core'
import { rawRequest } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { serve } from './serve.ts'

describe('serve', () => {
  it('answers', async () => {
    await using server = await serve(createMemoryRegistry())
    const answer = await rawRequest(`${server.url}/v2/`)
    expect(answer.status).toBe(200)
    expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0')
  })
})

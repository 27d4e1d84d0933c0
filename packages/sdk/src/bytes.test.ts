import { expect, it } from 'vitest'
import { streamOf } from './bytes.ts'

it('streamOf gives one chunk that belongs to the receiver, each time', async () => {
  const bytes = Buffer.from('text')
  for (const _ of [1, 2]) {
    const chunks: Uint8Array[] = []
    for await (const chunk of streamOf(bytes)) chunks.push(chunk)
    expect(chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(['text'])
    chunks[0]?.fill(0)
  }
  expect(bytes.toString()).toBe('text')
})

import { bytesOf, opened } from '@ocish/testing'
import { expect, it } from 'vitest'
import { collect, concat, streamOf } from './bytes.ts'

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

it('collect takes up to a limit, and closes the stream beyond it', async () => {
  expect(await collect(opened('hel', 'lo')(), { limit: 5 })).toEqual(bytesOf('hello'))
  let isClosed = false
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* opened('hel', 'lo', 'more')()
    } finally {
      isClosed = true
    }
  }
  await expect(collect(source(), { limit: 4, what: 'the configuration' })).toFailWith('LIMIT_EXCEEDED')
  expect(isClosed).toBe(true)
})

it('concat puts chunks behind one another, and copies nothing where there is one', () => {
  const one = bytesOf('one')
  expect(concat([one, bytesOf('two')])).toEqual(bytesOf('onetwo'))
  expect(concat([one])).toBe(one)
  expect(concat([])).toHaveLength(0)
})

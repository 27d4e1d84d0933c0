import { bytesOf, opened } from '@ocish/testing'
import { expect, it } from 'vitest'
import { digestOf } from './digest.ts'
import { readPart } from './read-part.ts'

const part = { mediaType: 'text/plain', digest: digestOf(bytesOf('hello')), size: 5 }

it('gives a part whole', async () => {
  const artifact = { open: opened('hel', 'lo') }
  expect(await readPart(artifact, part, { limit: 5 })).toEqual(bytesOf('hello'))
})

it('does not open a part that says it is too large, and stops one that is larger than it says', async () => {
  let opens = 0
  const artifact = {
    open: () => {
      opens += 1
      return opened('hel', 'lo, and more')()
    },
  }
  await expect(readPart(artifact, part, { limit: 4 })).toFailWith('LIMIT_EXCEEDED')
  expect(opens).toBe(0)
  await expect(readPart(artifact, part, { limit: 6 })).toFailWith('LIMIT_EXCEEDED')
  expect(opens).toBe(1)
})

it('ends with the reason of the signal', async () => {
  const reason = new Error('enough')
  const artifact = { open: opened('hello') }
  const reading = readPart(artifact, part, { limit: 5, signal: AbortSignal.abort(reason) })
  await expect(reading).rejects.toBe(reason)
})

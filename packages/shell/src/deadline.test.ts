import { expect, test } from 'vitest'
import { deadline } from './deadline.ts'

test('a deadline ends what runs, and is the reason', async () => {
  const stop = new AbortController()
  const ended = new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
  using _ = deadline(1, (reason) => stop.abort(reason))
  await ended
  expect(() => stop.signal.throwIfAborted()).toThrow(expect.objectContaining({ code: 'DEADLINE_EXCEEDED' }))
})

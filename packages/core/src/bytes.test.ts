import { concat, digestOf } from '@ocish/sdk'
import { bytesOf, noise, opened, readAll } from '@ocish/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { abortable, counted, fromBytes } from './bytes.ts'
import { verified } from './verified.ts'

const hello = bytesOf('hello')
const digest = digestOf(hello)

/** Tells when it is closed. */
function watched(...chunks: readonly string[]): {
  readonly bytes: AsyncGenerator<Uint8Array>
  closed: boolean
} {
  const state = { bytes: run(), closed: false }
  async function* run(): AsyncGenerator<Uint8Array> {
    try {
      yield* opened(...chunks)()
    } finally {
      state.closed = true
    }
  }
  return state
}

describe('streams', () => {
  it('come back from bytes, in chunks of their own', async () => {
    const source = noise(600_000)
    const chunks = await Array.fromAsync(fromBytes(source))
    expect(chunks.length).toBeGreaterThan(1)
    expect(concat(chunks)).toEqual(source)
    chunks[0]?.fill(0)
    expect(source).toEqual(noise(600_000))
  })

  it('are counted', async () => {
    const totals: number[] = []
    await readAll(counted(opened('hel', 'lo')(), (total) => totals.push(total)))
    expect(totals).toEqual([3, 5])
  })

  it('end when they are aborted, also while a chunk is awaited', async () => {
    const abort = new AbortController()
    const never = async function* (): AsyncGenerator<Uint8Array> {
      yield hello
      abort.abort()
      await new Promise(() => {})
    }
    await expect(readAll(abortable(never(), abort.signal))).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    )
    await expect(readAll(abortable(opened('x')(), abort.signal))).rejects.toThrow('aborted')
    const source = watched('a', 'b')
    for await (const _ of abortable(source.bytes, new AbortController().signal)) break
    expect(source.closed).toBe(true)
  })
})

describe('verified', () => {
  it('passes what is right, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array()),
        fc.constantFrom('sha256', 'sha512'),
        async (chunks, algorithm) => {
          const whole = concat(chunks)
          const expected = { digest: digestOf(whole, algorithm), size: whole.length }
          expect(await readAll(verified(opened(...chunks)(), expected))).toEqual(new Uint8Array(whole))
        },
      ),
    )
  })

  it.each([
    ['T32 a flipped byte', ['hellO'], 'DIGEST_MISMATCH'],
    ['T31 bytes too few', ['hell'], 'SIZE_MISMATCH'],
    ['T31 bytes too many', ['hello', '!'], 'SIZE_MISMATCH'],
    ['nothing', [], 'SIZE_MISMATCH'],
  ])('refuses %s', async (_, chunks, code) => {
    await expect(readAll(verified(opened(...chunks)(), { digest, size: 5 }))).toFailWith(code)
  })

  it('hands on no byte beyond the size, and closes the source', async () => {
    const source = watched('hello', '!', 'never read')
    let size = 0
    const read = async (): Promise<void> => {
      for await (const chunk of verified(source.bytes, { digest, size: 5 })) size += chunk.length
    }
    await expect(read()).toFailWith('SIZE_MISMATCH')
    expect([size, source.closed]).toEqual([5, true])
  })

  it('does without a size, and not without an algorithm it can compute', async () => {
    expect(await readAll(verified(opened('hello')(), { digest }))).toEqual(hello)
    await expect(readAll(verified(opened('hello')(), { digest: 'md5:0' }))).toFailWith('DIGEST_INVALID')
  })

  it('is not fooled by a receiver that changes its chunks', async () => {
    const sizes: number[] = []
    for await (const chunk of verified(opened('hel', 'lo')(), { digest, size: 5 })) {
      sizes.push(chunk.fill(0).length)
    }
    expect(sizes).toEqual([3, 2])
  })

  it('closes the source when the receiver stops', async () => {
    const source = watched('hel', 'lo')
    for await (const _ of verified(source.bytes, { digest, size: 5 })) break
    expect(source.closed).toBe(true)
  })
})

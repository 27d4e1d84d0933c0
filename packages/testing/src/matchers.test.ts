import { OcishError } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'

const failure = (): OcishError => new OcishError('TAG_NOT_FOUND', 'no tag v2 in example.com/a')

describe('toFailWith', () => {
  it('takes a function that throws at once', () => {
    expect(() => {
      throw failure()
    }).toFailWith('TAG_NOT_FOUND')
  })

  it('takes a promise and a function that returns one', async () => {
    await expect(Promise.reject(failure())).toFailWith('TAG_NOT_FOUND')
    await expect(async () => await Promise.reject(failure())).toFailWith('OTHER', 'TAG_NOT_FOUND')
  })

  it('takes an async iterable and drains it', async () => {
    const failing = async function* (): AsyncGenerator<number> {
      yield 1
      throw failure()
    }
    await expect(failing()).toFailWith('TAG_NOT_FOUND')
    await expect(failing).toFailWith('TAG_NOT_FOUND')
  })

  it('knows AbortError by its name', async () => {
    await expect(Promise.reject(AbortSignal.abort().reason as Error)).toFailWith('AbortError')
  })

  it('fails for another code and for success', async () => {
    await expect(async () => {
      await expect(Promise.reject(failure())).toFailWith('OTHER')
    }).rejects.toThrow('TAG_NOT_FOUND')
    await expect(async () => {
      await expect(Promise.resolve(1)).toFailWith('OTHER')
    }).rejects.toThrow('there was none')
  })

  it('can be negated', async () => {
    await expect(Promise.resolve(1)).not.toFailWith('OTHER')
  })
})

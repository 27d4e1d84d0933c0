import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  algorithmOf,
  canVerify,
  createDigester,
  digestOf,
  isDigest,
  parseDigest,
  tagFallback,
} from './digest.ts'

const hex = 'a'.repeat(64)
const hostile = [
  'sha256:../..',
  'sha256:ABC',
  `sha256:${'A'.repeat(64)}`,
  `sha256:${'a'.repeat(63)}`,
  `sha256:${'a'.repeat(65)}`,
  `SHA256:${hex}`,
  `sha512:${hex}`,
  'sha256:',
  ':abc',
  '',
  'sha256',
  `sha256:${hex}\n`,
  ` sha256:${hex}`,
  `sha256:${hex}/x`,
  `sha256:${'a'.repeat(1_000_000)}`,
  `${'a+'.repeat(500_000)}:x`,
]

describe('digests', () => {
  it.each(hostile.map((text) => [text.slice(0, 70), text] as const))('T29 refuses %j', (_, text) => {
    expect(isDigest(text)).toBe(false)
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID', exit: 2 }))
    expect(canVerify(text)).toBe(false)
  })

  it('splits what is right', () => {
    expect(parseDigest(`sha256:${hex}`)).toEqual({ algorithm: 'sha256', encoded: hex })
    expect(parseDigest(`sha512:${hex}${hex}`).algorithm).toBe('sha512')
  })

  it('takes unknown algorithms for what they are: well-formed, and not to be verified', () => {
    expect(parseDigest('md5:d41d8cd98f00b204e9800998ecf8427e').algorithm).toBe('md5')
    expect(parseDigest('multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8').algorithm).toBe(
      'multihash+base58',
    )
    expect(canVerify('md5:d41d8cd98f00b204e9800998ecf8427e')).toBe(false)
    expect(() => algorithmOf(`blake3:${hex}`)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }))
  })

  it('hashes in one piece and in many to the same', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), fc.constantFrom('sha256', 'sha512'), (chunks, algorithm) => {
        const digester = createDigester(algorithm)
        for (const chunk of chunks) digester.update(chunk)
        const whole = Buffer.concat(chunks)
        expect(digester.digest()).toBe(digestOf(whole, algorithm))
        expect(digestOf(whole, algorithm)).toBe(
          `${algorithm}:${createHash(algorithm).update(whole).digest('hex')}`,
        )
      }),
    )
  })

  it('makes the tag of the referrers tag schema', () => {
    expect(tagFallback(`sha256:${hex}`)).toBe(`sha256-${hex}`)
    expect(tagFallback(`sha512:${'b'.repeat(128)}`)).toBe(`sha512-${'b'.repeat(64)}`)
    expect(tagFallback('multihash+base58:Qm=_x')).toBe('multihash-base58-Qm-_x')
    expect(() => tagFallback('none')).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }))
  })
})

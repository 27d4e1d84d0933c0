import { digestOf } from '@ocish/sdk'
import { describe, expect, it } from 'vitest'
import { bytesOf, content, noise, readAll } from '../content.ts'
import { allowed, codeOf, ifAble, type Suite } from './suite.ts'

/** `openRange`. */
export function rangeCases({ scene }: Suite): void {
  const bytes = noise(300_000, 7)
  const built = content({ blobs: { bytes }, manifests: { one: { layers: ['bytes'] } } })
  const { digest } = built.blobs.bytes.descriptor

  describe('ranges', () => {
    it.each([0, 1, 65_536, 299_999])('reads from byte %d to the end', async (start) => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      await ifAble(abilities.range, async () => {
        const range = await registry.openRange(repository, digest, start)
        expect(range).toMatchObject({ start, total: bytes.length })
        expect(Buffer.compare(await readAll(range.bytes), bytes.subarray(start))).toBe(0)
      })
    })

    it('refuses a start beyond the end', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      const code = await codeOf(registry.openRange(repository, digest, bytes.length + 1))
      expect(allowed(abilities.range, 'UPLOAD_RANGE_INVALID')).toContain(code)
    })

    it('answers BLOB_NOT_FOUND for a blob it does not have', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      const missing = digestOf(bytesOf('not here either'))
      const code = await codeOf(registry.openRange(repository, missing, 3))
      expect(allowed(abilities.range, 'BLOB_NOT_FOUND')).toContain(code)
    })

    it('may be left early', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      await ifAble(abilities.range, async () => {
        const range = await registry.openRange(repository, digest, 10)
        for await (const chunk of range.bytes) {
          expect(chunk[0]).toBe(bytes[10])
          break
        }
      })
    })

    it('ends with the reason of an abort', async () => {
      const { registry, repository, fill, abilities } = await scene()
      await built.push(fill, repository)
      const options = { signal: AbortSignal.abort() }
      const code = await codeOf(registry.openRange(repository, digest, 10, options))
      expect(['AbortError', ...allowed(abilities.range, 'AbortError')]).toContain(code)
    })
  })
}

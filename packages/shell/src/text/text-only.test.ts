import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { textOnly } from './text-only.ts'

async function passed(...chunks: readonly (string | readonly number[])[]): Promise<string> {
  const bytes = chunks.map((chunk) =>
    typeof chunk === 'string' ? Buffer.from(chunk) : Uint8Array.from(chunk),
  )
  const out: Uint8Array[] = []
  for await (const chunk of textOnly(Readable.from(bytes))) out.push(chunk)
  return Buffer.concat(out).toString()
}

describe('textOnly', () => {
  it.each([
    ['ASCII with tabs and lines', ['a\tb\r\n', 'c']],
    ['no bytes at all', []],
    ['an empty chunk first', ['', 'text']],
    ['a character cut by the end of the chunk', [[0x61, 0xc3], [0xa9]]],
    ['some control characters', ['\u001b[31mred, and enough text beside it\u001b[0m']],
  ])('passes %s', async (_, chunks) => {
    const expected = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string))).toString()
    expect(await passed(...chunks)).toBe(expected)
  })

  it.each([
    ['a NUL', ['text\0']],
    ['what is no UTF-8', [[0x61, 0xff, 0x62]]],
    ['mostly control characters', [[1, 2, 3, 0x61]]],
  ])('refuses %s', async (_, chunks) => {
    await expect(passed(...chunks)).rejects.toMatchObject({ code: 'USAGE_BINARY_OUTPUT' })
  })

  it('looks at the beginning alone: what follows is escaped by the writer', async () => {
    expect(await passed('text', [0])).toBe('text\0')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson, type ParseJsonOptions } from './json.ts'

const options: ParseJsonOptions = { what: 'the text', code: 'MANIFEST_INVALID' }
const encoder = new TextEncoder()

describe('JSON from elsewhere', () => {
  it('reads what JSON.parse reads, with the same outcome', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // Null-prototype objects differ only in what toEqual does not look at.
        expect(parseJson(text, options)).toEqual(JSON.parse(text))
        expect(parseJson(encoder.encode(text), options)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses what JSON.parse refuses', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.',
      'e',
      'true',
      'nul',
      ' ',
      '\n',
      '0',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
        (text) => {
          expect(outcome(() => parseJson(text, options))).toEqual(outcome(() => JSON.parse(text) as unknown))
        },
      ),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['a byte order mark', '\uFEFF{}'],
    ['two documents', '{} {}'],
    ['a raw newline in a string', '"a\nb"'],
    ['a wrong escape', String.raw`"\x"`],
    ['a string without end', '"abc'],
    ['nothing', ''],
    ['a comment', '{} // no'],
    ['NaN', 'NaN'],
    ['a leading zero', '01'],
  ])('T48 refuses %s', (_, text) => {
    expect(() => parseJson(text, options)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }))
  })

  it('T48 refuses bytes that are not UTF-8', () => {
    const bytes = new Uint8Array([0x22, 0xff, 0x22])
    expect(() => parseJson(bytes, options)).toThrow('not UTF-8')
  })

  it('T48 refuses repeated members where that is asked for', () => {
    const text = '{"a":{"size":1,"x":1,"x":2}}'
    expect(parseJson(text, { ...options, unique: new Set(['size']) })).toEqual({ a: { size: 1, x: 2 } })
    expect(() => parseJson(text, { ...options, unique: 'all' })).toThrow('"x" twice')
    expect(() =>
      parseJson(String.raw`{"size":1,"\u0073ize":2}`, { ...options, unique: new Set(['size']) }),
    ).toThrow('"size" twice')
  })

  it('T47 keeps members named like those of every object', () => {
    const object = parseJson('{"__proto__":{"x":1},"constructor":2,"toString":3}', options) as Record<
      string,
      unknown
    >
    expect(Object.getPrototypeOf(object)).toBeNull()
    expect(Object.keys(object)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('has limits', () => {
    expect(() => parseJson('[[[1]]]', { ...options, maxDepth: 2 })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
    expect(parseJson('[[1],[2],[[3]]]', { ...options, maxDepth: 3 })).toEqual([[1], [2], [[3]]])
    expect(() => parseJson('['.repeat(1_000_000), options)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
    expect(() => parseJson('"abc"', { ...options, maxSize: 4 })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    )
  })

  it('reads a string of 8 MiB, with and without escapes', () => {
    const long = 'x'.repeat(8 * 1024 * 1024)
    expect(parseJson(`"${long}"`, options)).toBe(long)
    expect(parseJson(`"${long}\\n"`, options)).toBe(`${long}\n`)
  })
})

function outcome(act: () => unknown): unknown {
  try {
    return { value: act() }
  } catch {
    return 'refused'
  }
}

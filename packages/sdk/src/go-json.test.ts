import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareUtf8, encodeGoJson } from './go-json.ts'
import { parseJson } from './json.ts'

describe('JSON as Go writes it', () => {
  it('matches what Go 1.26 made of the same document', () => {
    const document = parseJson(
      String.raw`{"\u2028<&>":"\b\f\n\r\t\u0000\u001f\u007f\u2029/\"\\","é":1,"z":1e21,"a":1e-7,"c":0.10,"\uffff":1,"😀":2,"ﬀ":3,"e":[],"o":{},"n":null,"m":-0,"w":"\ud800"}`,
      { what: 'the text', code: 'X' },
    )
    // Through json.Unmarshal into `any` and json.Marshal.
    expect(encodeGoJson(document as never, { sortKeys: true })).toBe(
      String.raw`{"a":1e-7,"c":0.1,"e":[],"m":-0,"n":null,"o":{},"w":"�","z":1e+21,"é":1,"\u2028\u003c\u0026\u003e":"\b\f\n\r\t\u0000\u001f` +
        '\u007f' +
        String.raw`\u2029/\"\\","ﬀ":3,"` +
        '\uffff' +
        String.raw`":1,"😀":2}`,
    )
  })

  it('indents as json.Indent does', () => {
    const value = { b: [1, { c: 'x' }], a: {}, d: [] }
    expect(encodeGoJson(value, { indent: '  ' })).toBe(JSON.stringify(value, null, 2))
    expect(encodeGoJson([], { indent: '\t' })).toBe('[]')
  })

  it('leaves HTML alone where the encoder was told so, but never the line separators', () => {
    expect(encodeGoJson('<&>\u2028', { escapeHtml: false })).toBe(String.raw`"<&>\u2028"`)
  })

  it('keeps the order of structs, sorts maps, leaves out what is undefined, writes bytes in base64', () => {
    const map = new Map([
      ['b', 1],
      ['a', 2],
      ['__proto__', 3],
    ])
    expect(encodeGoJson({ z: map, y: undefined, x: new TextEncoder().encode('{}'), n: 12n })).toBe(
      '{"z":{"__proto__":3,"a":2,"b":1},"x":"e30=","n":12}',
    )
  })

  it('refuses what Go refuses', () => {
    expect(() => encodeGoJson(Number.NaN)).toThrow(TypeError)
    expect(() => encodeGoJson([Infinity])).toThrow(TypeError)
  })

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, sortKeys) => {
        expect(JSON.parse(encodeGoJson(value as never, { sortKeys }))).toEqual(value)
      }),
    )
  })

  it('orders strings by their UTF-8', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })
})

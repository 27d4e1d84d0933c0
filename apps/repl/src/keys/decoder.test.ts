import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decoder, pasteLimit } from './decoder.ts'
import type { KeyEvent } from './key-event.ts'

/** Neighbouring pieces of text as one: how text was cut says nothing. */
function merged(events: readonly KeyEvent[]): readonly KeyEvent[] {
  const out: KeyEvent[] = []
  for (const event of events) {
    const last = out.at(-1)
    if (event.type === 'text' && last?.type === 'text')
      out[out.length - 1] = { type: 'text', text: last.text + event.text }
    else out.push(event)
  }
  return out
}

function decoded(...chunks: readonly string[]): readonly KeyEvent[] {
  const decoder = new Decoder()
  const events = chunks.flatMap((chunk) => [...decoder.push(chunk)])
  return merged([...events, ...decoder.flush()])
}

const named = (events: readonly KeyEvent[]): readonly string[] =>
  events.map((event) =>
    event.type === 'key' ? event.name : event.type === 'text' ? `"${event.text}"` : `paste "${event.text}"`,
  )

const sequences: readonly (readonly [string, readonly string[]])[] = [
  ['wide\r', ['"wide"', 'enter']],
  ['ab\u0001X', ['"ab"', 'ctrl-a', '"X"']],
  ['pull \t', ['"pull "', 'tab']],
  ['\n', ['ctrl-j']],
  ['\u0000', ['ctrl-space']],
  ['\u001F', ['ctrl-_']],
  ['\u007F\b', ['backspace', 'backspace']],
  ['\u001B[A\u001B[B\u001B[C\u001B[D', ['up', 'down', 'right', 'left']],
  ['\u001BOA\u001BOH\u001BOF\u001BOP\u001BOQ', ['up', 'home', 'end', 'f1', 'f2']],
  ['\u001B[1;5C\u001B[1;3D\u001B[1;6A', ['ctrl-right', 'alt-left', 'ctrl-shift-up']],
  ['\u001B[3~\u001B[5~\u001B[6~\u001B[1~\u001B[4~', ['delete', 'pageup', 'pagedown', 'home', 'end']],
  ['\u001B[11~\u001B[12~\u001B[[A\u001B[[B', ['f1', 'f2', 'f1', 'f2']],
  ['\u001B[Z', ['shift-tab']],
  ['\u001Bf\u001Bb\u001B\u007F\u001B\r', ['alt-f', 'alt-b', 'alt-backspace', 'alt-enter']],
  ['\u001B\u0005', ['ctrl-alt-e']],
  ['\u001B[97;5u\u001B[13;3u\u001B[27;5;97~', ['ctrl-a', 'alt-enter', 'ctrl-a']],
  ['\u001B[120u\u001B[88;2u', ['"xX"']],
  ['\u001B[97;5:3u', []],
  ['\u001B[200~a\r\tb\u001B[31m\u001B[201~c', ['paste "a\r\tb\u001B[31m"', '"c"']],
  ['\u001B[200~\u001B[201\u001B[201~', ['paste "\u001B[201"']],
  ['日本\u001B[D👩‍👩‍👧', ['"日本"', 'left', '"👩‍👩‍👧"']],
  // Answers of the terminal.
  ['a\u001B]11;rgb:0000/0000/0000\u0007b', ['"ab"']],
  ['a\u001B]11;rgb:0000/0000/0000\u001B\\b', ['"ab"']],
  ['a\u001BP1$r0m\u001B\\b', ['"ab"']],
  ['a\u001B_Gi=1;OK\u001B\\b', ['"ab"']],
  ['a\u001B[?62;4c\u001B[12;40R\u001B[I\u001B[O\u001B[0n\u001B[?2026;2$yb', ['"ab"']],
  ['a\u001B[>0;276;0cb', ['"ab"']],
  ['\u001B]11;broken\rls', ['enter', '"ls"']],
]

test.each(sequences)('decodes %j', (bytes, expected) => {
  expect(named(decoded(bytes))).toEqual(expected)
})

describe('torn input', () => {
  test.each(sequences)('%j means the same at every split point', (bytes) => {
    const whole = decoded(bytes)
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(decoded(bytes.slice(0, at), bytes.slice(at))).toEqual(whole)
    }
    expect(decoded(...bytes.split(''))).toEqual(whole)
  })

  test('any bytes, cut anywhere', () => {
    const piece = fc.constantFrom(
      '\u001B',
      '[',
      'O',
      ']',
      '2',
      '0',
      '1',
      '~',
      ';',
      'A',
      'a',
      '\r',
      '\u0007',
      '\\',
      '\u001B[200~',
      '\u001B[201~',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(decoded(...pieces.join('').split(''))).toEqual(decoded(pieces.join('')))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('waiting', () => {
  test('a lone Escape is a key once nothing follows', () => {
    const decoder = new Decoder()
    expect(decoder.push('\u001B')).toEqual([])
    expect(decoder.isPending).toBe(true)
    expect(named(decoder.flush())).toEqual(['escape'])
    expect(decoder.isPending).toBe(false)
  })

  test.each([
    ['\u001BP', 'alt-P'],
    ['\u001B]', 'alt-]'],
    ['\u001BO', 'alt-O'],
    ['\u001B[', 'alt-['],
  ])('%j alone is a key and swallows nothing', (bytes, name) => {
    const decoder = new Decoder()
    decoder.push(bytes)
    expect(decoder.isPending).toBe(true)
    expect(named(decoder.flush())).toEqual([name])
    expect(named(decoder.push('ls'))).toEqual(['"ls"'])
  })

  test('a slow answer of the terminal is not flushed into the line', () => {
    const decoder = new Decoder()
    decoder.push('\u001B]11;rgb')
    expect(decoder.isPending).toBe(false)
    expect(decoder.flush()).toEqual([])
    expect(named(decoder.push(':00\u0007x'))).toEqual(['"x"'])
  })
})

test('a paste is capped, and what is missing is counted', () => {
  const decoder = new Decoder()
  decoder.push('\u001B[200~')
  for (let at = 0; at < 5; at += 1) decoder.push('x'.repeat(pasteLimit / 4))
  const [event] = decoder.push('\u001B[201~')
  expect(event).toMatchObject({ type: 'paste', dropped: pasteLimit / 4 })
  expect(event?.type === 'paste' && event.text.length).toBe(pasteLimit)
})

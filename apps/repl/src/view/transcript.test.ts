import { expect, test } from 'vitest'
import { Transcript } from './transcript.ts'

const home = '\u001B[H\u001B[J'

test('the last lines that have room, from the top of the screen', () => {
  const transcript = new Transcript()
  transcript.add('one\ntwo\nthree\n')
  expect(transcript.repainted(2, 80)).toBe(`${home}two\nthree\n`)
  expect(transcript.repainted(9, 80)).toBe(`${home}one\ntwo\nthree\n`)
  expect(transcript.repainted(0, 80)).toBe(home)
  expect(transcript.repainted(-3, 80)).toBe(home)
})

test('a line that the terminal breaks takes as many rows; colours take none, an empty line one', () => {
  const transcript = new Transcript()
  transcript.add(`short\n\u001B[1m${'x'.repeat(25)}\u001B[0m\n\n`)
  expect(transcript.repainted(4, 10)).toBe(`${home}\u001B[1m${'x'.repeat(25)}\u001B[0m\n\n`)
  expect(transcript.repainted(3, 10)).toBe(`${home}\n`)
  expect(transcript.repainted(5, 10)).toContain('short')
})

test('only the last lines are kept, and none once they are forgotten', () => {
  const transcript = new Transcript()
  for (let line = 0; line < 1200; line += 1) transcript.add(`line ${line}\n`)
  const shown = transcript.repainted(2000, 80)
  expect(shown).toContain('line 1199\n')
  expect(shown).not.toContain('line 100\n')
  transcript.forget()
  expect(transcript.repainted(10, 80)).toBe(home)
})

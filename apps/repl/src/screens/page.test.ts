import { expect, test } from 'vitest'
import { Page } from './page.ts'

const look = { width: 40, color: false, ascii: true, now: 0 }
const filled = (): Page => {
  const page = new Page('cat x')
  page.show([...Array.from({ length: 20 }, (_, at) => `line ${at}`), ''])
  page.rows(40, 7, look)
  return page
}
const top = (page: Page): string | undefined => page.rows(40, 7, look)[1]?.trim()

test.each([
  [['down', 'down'], 'line 2'],
  [['pagedown'], 'line 5'],
  [['end'], 'line 15'],
  [['end', 'pageup'], 'line 10'],
  [['end', 'home'], 'line 0'],
  [['up'], 'line 0'],
])('%j shows %s first', (keys, first) => {
  const page = filled()
  for (const name of keys) expect(page.key({ type: 'key', name })).toBe('stay')
  expect(top(page)).toBe(first)
})

test('it fills the screen, says how much there is, and shows hostile text as pictures', () => {
  const page = filled()
  expect(page.rows(40, 7, look)).toHaveLength(7)
  expect(page.rows(60, 7, look).at(-1)).toContain('5 of 20 lines')
  page.show(['\u001B[2Jgone'])
  expect(page.rows(40, 7, look).join('')).not.toContain('\u001B')
})

test('q and Escape go back, Ctrl-C leaves', () => {
  const page = filled()
  expect(page.key({ type: 'text', text: 'q' })).toBe('back')
  expect(page.key({ type: 'key', name: 'escape' })).toBe('back')
  expect(page.key({ type: 'key', name: 'ctrl-c' })).toBe('leave')
})

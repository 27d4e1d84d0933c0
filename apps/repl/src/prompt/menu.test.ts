import { expect, test } from 'vitest'
import { TestPrompt } from './world.test-kit.ts'

const chosen = ({ state: { menu } }: TestPrompt): string | undefined => menu?.view[menu.selected]?.value

/** A menu that is open, and whose list goes on. */
function open(): TestPrompt {
  const prompt = TestPrompt.at('tags r.example/a:|').key('tab')
  return prompt.answer(['r.example/a:20', 'r.example/a:10'], { done: false, partial: true })
}

test('who has not moved means the best match, whatever arrives later', () => {
  const prompt = open().answer(['r.example/a:30', 'r.example/a:20', 'r.example/a:10'])
  expect(chosen(prompt)).toBe('r.example/a:30')
})

test('who has moved keeps what was chosen', () => {
  const prompt = open().key('down').answer(['r.example/a:30', 'r.example/a:20', 'r.example/a:10'])
  expect(chosen(prompt)).toBe('r.example/a:10')
})

test('Tab takes what the list was narrowed to', () => {
  const narrowed = TestPrompt.at('tags r.example/a|')
    .key('tab')
    .answer(['r.example/ab', 'r.example/ac'])
    .bytes('c')
  expect(narrowed.menu).toEqual(['r.example/ac'])
  expect(narrowed.key('tab').shown).toBe('tags r.example/ac |')
  expect(narrowed.menu).toBeUndefined()
})

test('while more may come, Tab takes nothing', () => {
  const narrowed = open().bytes('2')
  expect(narrowed.menu).toEqual(['r.example/a:20'])
  expect(narrowed.key('tab').shown).toBe('tags r.example/a:2|')
})

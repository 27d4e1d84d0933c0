import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as edits from './editor.ts'
import type { Edit, Editor } from './editor.ts'
import { graphemes } from './grapheme.ts'

/** `|` is the cursor. */
function at(marked: string): Editor {
  const cursor = marked.indexOf('|')
  return { ...edits.emptyEditor(), text: marked.replace('|', ''), cursor }
}

const shown = ({ text, cursor }: Editor): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`
const after = (marked: string, ...steps: readonly Edit[]): string =>
  shown(steps.reduce((editor, step) => step(editor), at(marked)))

test.each<[string, Edit, string]>([
  ['ab|c', edits.left, 'a|bc'],
  ['|abc', edits.left, '|abc'],
  ['ab|c', edits.right, 'abc|'],
  ['a👩‍👩‍👧|b', edits.left, 'a|👩‍👩‍👧b'],
  ['a|👩‍👩‍👧b', edits.right, 'a👩‍👩‍👧|b'],
  ['e\u0301|x', edits.left, '|e\u0301x'],
  ['reg.io/ns/repo:tag@sha256|', edits.wordLeft, 'reg.io/ns/repo:tag@|sha256'],
  ['reg.io/ns/repo:tag@|sha256', edits.wordLeft, 'reg.io/ns/repo:|tag@sha256'],
  ['reg.io/ns/|repo', edits.wordLeft, 'reg.io/|ns/repo'],
  ['|reg.io/ns', edits.wordRight, 'reg|.io/ns'],
  ['reg|.io/ns', edits.wordRight, 'reg.io|/ns'],
  ['a-b|-c', edits.wordLeft, 'a-|b-c'],
  ['cp a\nls b|', edits.lineStart, 'cp a\n|ls b'],
  ['c|p a\nls b', edits.lineEnd, 'cp a|\nls b'],
  ['cp a\nls b|', edits.textStart, '|cp a\nls b'],
  ['|cp a\nls b', edits.textEnd, 'cp a\nls b|'],
  ['abcdef\nxy|', edits.up, 'ab|cdef\nxy'],
  ['abcdef|\nxy', edits.down, 'abcdef\nxy|'],
  ['ab|c', edits.backspace, 'a|c'],
  ['👩‍👩‍👧|', edits.backspace, '|'],
  ['a|bc', edits.deleteForward, 'a|c'],
  ['ls |abc', edits.killToEnd, 'ls |'],
  ['ls|\nabc', edits.killToEnd, 'ls|abc'],
  ['ls abc|d', edits.killToStart, '|d'],
  ['cp reg/ns/repo:1|', edits.killBlankBack, 'cp |'],
  ['cp reg/ns/repo:1|', edits.killWordBack, 'cp reg/ns/repo:|'],
  ['cp |reg/ns', edits.killWordForward, 'cp |/ns'],
  ['ab|', edits.transpose, 'ba|'],
  ['a|b', edits.transpose, 'ba|'],
  ['|ab', edits.transpose, '|ab'],
  ['a|', edits.transpose, 'a|'],
  ['a|c', edits.insert('b'), 'ab|c'],
  ['cp a|', edits.replace(3, 4, 'b/c'), 'cp b/c|'],
])('%j %#', (before, step, expected) => {
  expect(after(before, step)).toBe(expected)
})

test('vertical movement keeps the column over a short line', () => {
  expect(after('abcdef\nx\nabcd|ef', edits.up, edits.up)).toBe('abcd|ef\nx\nabcdef')
})

test('on the first line up changes nothing, so that history can have the key', () => {
  const editor = at('ab|c')
  expect(edits.up(editor)).toBe(editor)
  expect(edits.down(editor)).toBe(editor)
})

describe('kill ring', () => {
  test('what is cut in a row is one entry', () => {
    expect(after('a b c|', edits.killBlankBack, edits.killBlankBack, edits.yank)).toBe('a b c|')
    expect(after('|a b', edits.killWordForward, edits.killWordForward, edits.yank)).toBe('a b|')
  })

  test('older entries come back one by one', () => {
    const two = [edits.killBlankBack, edits.left, edits.killBlankBack]
    expect(after('one two|', ...two, edits.yank)).toBe('one| ')
    expect(after('one two|', ...two, edits.yank, edits.yankOlder)).toBe('two| ')
    expect(after('one two|', ...two, edits.yank, edits.yankOlder, edits.yankOlder)).toBe('one| ')
    expect(after('one two|', ...two, edits.yankOlder)).toBe('| ')
  })
})

describe('undo', () => {
  test('typing is undone word by word, other edits one by one', () => {
    const typed = ['l', 's', ' ', 'a', 'b'].map(edits.insert)
    expect(after('|', ...typed, edits.undo)).toBe('ls|')
    expect(after('|', ...typed, edits.undo, edits.undo)).toBe('|')
    expect(after('|', ...typed, edits.undo, edits.undo, edits.redo, edits.redo)).toBe('ls ab|')
    expect(after('|', ...typed, edits.undo, edits.insert('x'), edits.redo)).toBe('lsx|')
  })

  test('undoing everything gives the beginning, redoing everything the end', () => {
    const step = fc.oneof(
      fc.constantFrom<Edit>(
        edits.left,
        edits.right,
        edits.wordLeft,
        edits.backspace,
        edits.deleteForward,
        edits.killToEnd,
        edits.killToStart,
        edits.killBlankBack,
        edits.killWordBack,
        edits.killWordForward,
        edits.yank,
        edits.yankOlder,
        edits.transpose,
        edits.up,
        edits.down,
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).map(edits.insert),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const end = steps.reduce((editor, one) => one(editor), edits.emptyEditor())
        let back = end
        for (const _ of end.undo) back = edits.undo(back)
        expect(back.text).toBe('')
        for (let forth = edits.redo(back); forth !== back; forth = edits.redo(forth)) back = forth
        expect(back.text).toBe(end.text)
      }),
    )
  })
})

test('the cursor always stands between two characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(40), (text, count) => {
      let editor = edits.setText(text)(edits.emptyEditor())
      for (let step = 0; step < count; step += 1) editor = edits.left(editor)
      const places = new Set([...graphemes(text).map((one) => one.index), text.length])
      expect(places.has(editor.cursor)).toBe(true)
    }),
  )
})

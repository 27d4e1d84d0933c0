import { characterAfter, characterBefore } from './grapheme.ts'
import { blankBefore, wordAfter, wordBefore } from './word.ts'

interface Snapshot {
  readonly text: string
  readonly cursor: number
}

/** The line being written. Positions are UTF-16 units, always between two characters as a person sees them. */
export interface Editor extends Snapshot {
  readonly undo: readonly Snapshot[]
  readonly redo: readonly Snapshot[]
  /** What was cut, newest last. */
  readonly kills: readonly string[]
  /** What the last step did, where the next one depends on it. */
  readonly last?: 'insert' | 'kill' | 'yank'
  /** The text that a yank put in, and its place in the ring. */
  readonly yanked?: { readonly from: number; readonly index: number }
  /** The column that vertical movement tries to keep. */
  readonly goal?: number
}

export type Edit = (editor: Editor) => Editor

const undoLimit = 1000
const killLimit = 60

export function emptyEditor(kills: readonly string[] = []): Editor {
  return { text: '', cursor: 0, undo: [], redo: [], kills }
}

/** The text changed: the state before it can come back, and what was undone cannot. */
function changed(editor: Editor, text: string, cursor: number, last?: Editor['last']): Editor {
  if (text === editor.text) return moved(editor, cursor)
  const { text: before, cursor: at } = editor
  const grouped = last === 'insert' && editor.last === 'insert'
  const undo = grouped ? editor.undo : [...editor.undo, { text: before, cursor: at }].slice(-undoLimit)
  return { text, cursor, undo, redo: [], kills: editor.kills, ...(last === undefined ? {} : { last }) }
}

function moved(editor: Editor, cursor: number): Editor {
  const { text, undo, redo, kills } = editor
  return { text, cursor, undo, redo, kills }
}

/** Typed text; what is typed without a pause of another kind is undone at once, word by word. */
export function insert(typed: string): Edit {
  return (editor) => {
    const { text, cursor } = editor
    const begins = /^\s/.test(typed) && !/\s$/.test(text.slice(0, cursor))
    const next = changed(
      begins ? { ...editor, last: 'kill' } : editor,
      text.slice(0, cursor) + typed + text.slice(cursor),
      cursor + typed.length,
      'insert',
    )
    return next
  }
}

/** Replaces a part; the cursor stands after it. */
export function replace(from: number, to: number, by: string): Edit {
  return (editor) =>
    changed(editor, editor.text.slice(0, from) + by + editor.text.slice(to), from + by.length)
}

/** Another text altogether, with the cursor at its end or at `cursor`. */
export function setText(text: string, cursor: number = text.length): Edit {
  return (editor) => changed(editor, text, cursor)
}

const to =
  (place: (editor: Editor) => number): Edit =>
  (editor) =>
    moved(editor, place(editor))

export const left: Edit = to(({ text, cursor }) => characterBefore(text, cursor))
export const right: Edit = to(({ text, cursor }) => characterAfter(text, cursor))
export const wordLeft: Edit = to(({ text, cursor }) => wordBefore(text, cursor))
export const wordRight: Edit = to(({ text, cursor }) => wordAfter(text, cursor))
export const lineStart: Edit = to(({ text, cursor }) => startOf(text, cursor))
export const lineEnd: Edit = to(({ text, cursor }) => endOf(text, cursor))
export const textStart: Edit = to(() => 0)
export const textEnd: Edit = to(({ text }) => text.length)

function startOf(text: string, cursor: number): number {
  return text.lastIndexOf('\n', cursor - 1) + 1
}

function endOf(text: string, cursor: number): number {
  const end = text.indexOf('\n', cursor)
  return end < 0 ? text.length : end
}

/** Unchanged (the same object) on the first line. */
export const up: Edit = (editor) => {
  const start = startOf(editor.text, editor.cursor)
  return start === 0 ? editor : vertical(editor, startOf(editor.text, start - 1), start - 1)
}

/** Unchanged (the same object) on the last line. */
export const down: Edit = (editor) => {
  const end = endOf(editor.text, editor.cursor)
  return end === editor.text.length ? editor : vertical(editor, end + 1, endOf(editor.text, end + 1))
}

function vertical(editor: Editor, from: number, end: number): Editor {
  const goal = editor.goal ?? editor.cursor - startOf(editor.text, editor.cursor)
  let cursor = from
  while (cursor < end && cursor - from < goal) cursor = characterAfter(editor.text, cursor)
  return { ...moved(editor, cursor), goal }
}

export const backspace: Edit = (editor) => {
  const from = characterBefore(editor.text, editor.cursor)
  return changed(editor, editor.text.slice(0, from) + editor.text.slice(editor.cursor), from)
}

export const deleteForward: Edit = (editor) => {
  const end = characterAfter(editor.text, editor.cursor)
  return changed(editor, editor.text.slice(0, editor.cursor) + editor.text.slice(end), editor.cursor)
}

/** Cuts between the cursor and `place`; what is cut in a row is one entry of the ring. */
function kill(place: (editor: Editor) => number): Edit {
  return (editor) => {
    const other = place(editor)
    const from = Math.min(other, editor.cursor)
    const end = Math.max(other, editor.cursor)
    if (from === end) return editor
    const cut = editor.text.slice(from, end)
    const top = editor.last === 'kill' ? editor.kills.at(-1) : undefined
    const joined = top === undefined ? cut : other < editor.cursor ? cut + top : top + cut
    const older = top === undefined ? editor.kills : editor.kills.slice(0, -1)
    const next = changed(editor, editor.text.slice(0, from) + editor.text.slice(end), from, 'kill')
    return { ...next, kills: [...older, joined].slice(-killLimit) }
  }
}

/** To the end of the line; at its end, the line break. */
export const killToEnd: Edit = kill(({ text, cursor }) => {
  const end = endOf(text, cursor)
  return end === cursor ? Math.min(text.length, end + 1) : end
})
export const killToStart: Edit = kill(({ text, cursor }) => startOf(text, cursor))
export const killBlankBack: Edit = kill(({ text, cursor }) => blankBefore(text, cursor))
export const killWordBack: Edit = kill(({ text, cursor }) => wordBefore(text, cursor))
export const killWordForward: Edit = kill(({ text, cursor }) => wordAfter(text, cursor))

/** Puts in what was cut last. */
export const yank: Edit = (editor) => put(editor, editor.cursor, editor.kills.length - 1)

/** After a yank: the entry before it instead. */
export const yankOlder: Edit = (editor) => {
  const { yanked, kills } = editor
  if (editor.last !== 'yank' || yanked === undefined || kills.length < 2) return editor
  const before = editor.undo.at(-1)!
  const base: Editor = { ...before, undo: editor.undo.slice(0, -1), redo: [], kills }
  return put(base, yanked.from, (yanked.index + kills.length - 1) % kills.length)
}

function put(editor: Editor, from: number, index: number): Editor {
  const killed = editor.kills[index]
  if (killed === undefined) return editor
  const { text } = editor
  const next = changed(editor, text.slice(0, from) + killed + text.slice(from), from + killed.length, 'yank')
  return { ...next, yanked: { from, index } }
}

/** Exchanges the characters around the cursor; at the end, the two before it. */
export const transpose: Edit = (editor) => {
  const { text, cursor } = editor
  const middle = cursor === text.length ? characterBefore(text, cursor) : cursor
  const from = characterBefore(text, middle)
  const end = characterAfter(text, middle)
  if (from === middle || end === middle) return editor
  return changed(
    editor,
    text.slice(0, from) + text.slice(middle, end) + text.slice(from, middle) + text.slice(end),
    end,
  )
}

export const undo: Edit = (editor) => {
  const before = editor.undo.at(-1)
  if (before === undefined) return editor
  const { text, cursor, kills } = editor
  return { ...before, undo: editor.undo.slice(0, -1), redo: [...editor.redo, { text, cursor }], kills }
}

export const redo: Edit = (editor) => {
  const after = editor.redo.at(-1)
  if (after === undefined) return editor
  const { text, cursor, kills } = editor
  return { ...after, undo: [...editor.undo, { text, cursor }], redo: editor.redo.slice(0, -1), kills }
}

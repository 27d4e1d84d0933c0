import * as edits from '../editor/editor.ts'
import { emptyEditor, type Edit } from '../editor/editor.ts'
import { wordAfter } from '../editor/word.ts'
import { edited } from './edited.ts'
import type { ActionName } from './keymap.ts'
import { openMenu } from './menu.ts'
import { found, walked } from './past.ts'
import type { PromptState, Step, World } from './state.ts'

type Action = (state: PromptState, world: World) => Step

const edit =
  (by: Edit): Action =>
  (state, world) => {
    const editor = by(state.editor)
    return editor === state.editor ? [state, []] : [edited(state, editor, world), []]
  }

/** The ghost text goes in where there is one and the cursor is at the end; else the movement. */
const ghostOr =
  (by: Edit, part: (ghost: string) => string): Action =>
  (state, world) => {
    const { editor, ghost } = state
    if (ghost === '' || editor.cursor !== editor.text.length) return edit(by)(state, world)
    return [edited(state, edits.insert(part(ghost))(editor), world), []]
  }

const whole = (ghost: string): string => ghost

const vertical =
  (by: Edit, direction: -1 | 1): Action =>
  (state, world) => {
    const within = state.walk === undefined ? by(state.editor) : state.editor
    if (within !== state.editor) return [edited(state, within, world), []]
    const step = walked(state, direction, world)
    if (step === undefined) return [state, [{ type: 'bell' }]]
    const next = edited(state, edits.setText(step.text)(state.editor), world)
    return [{ ...next, ghost: '', ...(step.walk === undefined ? {} : { walk: step.walk }) }, []]
  }

/** A line for the next command; what was cut stays at hand. */
function fresh(state: PromptState): PromptState {
  const { busy, request, fix, editor } = state
  return {
    editor: emptyEditor(editor.kills),
    ghost: '',
    quiet: false,
    busy,
    request,
    ...(fix === undefined ? {} : { fix }),
  }
}

const accept: Action = (state, world) => {
  const { text } = state.editor
  if (world.read(text).incomplete) return edit(edits.insert('\n'))(state, world)
  return [fresh(state), [{ type: 'submit', text }]]
}

/** Runs the line and brings the one that followed it in history. */
const acceptAndNext: Action = (state, world) => {
  const [next, effects] = accept(state, world)
  const following = world.history[(state.walk?.index ?? world.history.length) + 1]
  if (following === undefined || effects.length === 0) return [next, effects]
  return [edited(next, edits.setText(following.text)(next.editor), world), effects]
}

const abort: Action = (state) => {
  if (state.busy) return [state, [{ type: 'cancel' }]]
  return [fresh(state), [{ type: 'discard', text: state.editor.text }]]
}

const cancel: Action = (state) => {
  const { note: _note, ...rest } = state
  return [{ ...rest, quiet: true, ghost: '' }, []]
}

const deleteOrExit: Action = (state, world) =>
  state.editor.text === '' ? [state, [{ type: 'exit' }]] : edit(edits.deleteForward)(state, world)

const search: Action = (state, world) => {
  const query = state.editor.text
  const { menu: _menu, ...rest } = state
  const matches = found(query, 'context', world)
  const scope = matches.length > 0 ? 'context' : 'all'
  const all = scope === 'all' ? found(query, 'all', world) : matches
  return [{ ...rest, ghost: '', search: { query, scope, matches: all, selected: 0 } }, []]
}

const applyFix: Action = (state, world) => {
  if (state.fix === undefined) return [state, [{ type: 'bell' }]]
  const { fix, ...rest } = state
  return [edited(rest, edits.setText(fix)(state.editor), world), []]
}

const help: Action = (state, world) => [
  state,
  [{ type: 'help', site: world.read(state.editor.text).siteAt(state.editor.cursor) }],
]

const nothing: Action = (state) => [state, []]

/** What each action does at the prompt. */
export const promptActions: Readonly<Record<ActionName, Action>> = {
  accept,
  'accept-and-next': acceptAndNext,
  newline: edit(edits.insert('\n')),
  complete: openMenu,
  'complete-back': openMenu,
  cancel,
  abort,
  left: edit(edits.left),
  right: ghostOr(edits.right, whole),
  'word-left': edit(edits.wordLeft),
  'word-right': ghostOr(edits.wordRight, (ghost) => ghost.slice(0, wordAfter(ghost, 0))),
  'line-start': edit(edits.lineStart),
  'line-end': ghostOr(edits.lineEnd, whole),
  up: vertical(edits.up, -1),
  down: vertical(edits.down, 1),
  'page-up': edit(edits.textStart),
  'page-down': edit(edits.textEnd),
  backspace: edit(edits.backspace),
  delete: edit(edits.deleteForward),
  'delete-or-exit': deleteOrExit,
  'kill-to-end': edit(edits.killToEnd),
  'kill-to-start': edit(edits.killToStart),
  'kill-blank-back': edit(edits.killBlankBack),
  'kill-word-back': edit(edits.killWordBack),
  'kill-word-forward': edit(edits.killWordForward),
  yank: edit(edits.yank),
  'yank-older': edit(edits.yankOlder),
  transpose: edit(edits.transpose),
  undo: edit(edits.undo),
  redo: edit(edits.redo),
  'search-older': search,
  'search-newer': search,
  'search-scope': nothing,
  'clear-screen': (state) => [state, [{ type: 'clear' }]],
  suspend: (state) => [state, [{ type: state.busy ? 'background' : 'suspend' }]],
  details: nothing,
  'edit-externally': (state) => [state, [{ type: 'edit-externally', text: state.editor.text }]],
  help,
  'apply-fix': applyFix,
  'insert-space': edit(edits.insert(' ')),
  nothing,
}

import { insert, setText, type Editor } from '../editor/editor.ts'
import { edited } from './edited.ts'
import { beginsChord, type ActionName } from './keymap.ts'
import { answered, inserted, menuPage, moveSelection, narrowed, toggleDetails, withDetails } from './menu.ts'
import { ghostFor } from './past.ts'
import { promptActions } from './prompt-actions.ts'
import { asked, searchAction } from './search-actions.ts'
import type { Menu, PromptEvent, PromptState, Step, World } from './state.ts'

/** The whole prompt as a fold: no clock, no terminal, no network. */
export function step(state: PromptState, event: PromptEvent, world: World): Step {
  switch (event.type) {
    case 'key':
      return keyed(state, event.name, world)
    case 'text':
      return typed(withoutChord(state), event.text, world)
    case 'paste':
      return pasted(withoutChord(state), event.text, event.dropped, world)
    case 'candidates':
      return answered(state, event.request, event.list, world)
    case 'busy':
      return [{ ...state, busy: event.busy }, []]
    case 'note':
      return [{ ...state, note: event.text }, []]
    case 'fix':
      return [{ ...state, fix: event.text }, []]
    case 'set-text':
      return [edited(withoutMenu(state), placed(event.text, event.cursor, state.editor), world), []]
    case 'refresh':
      return [{ ...state, ghost: ghostNow(state, world) }, []]
    default:
      return event satisfies never
  }
}

function placed(text: string, cursor: number | undefined, before: Editor): Editor {
  const editor = setText(text)(before)
  return cursor === undefined ? editor : { ...editor, cursor }
}

function ghostNow(state: PromptState, world: World): string {
  const { editor, menu, search, walk } = state
  const none = menu !== undefined || search !== undefined || walk !== undefined
  return none ? '' : ghostFor(editor.text, editor.cursor, world)
}

function keyed(state: PromptState, key: string, world: World): Step {
  const { keymap } = world
  const name = state.chord === undefined ? key : `${state.chord} ${key}`
  const rest = withoutChord(state)
  const action = keymap.get(name)
  if (action !== undefined) return acted(rest, action, world)
  if (state.chord === undefined && beginsChord(keymap, key)) return [{ ...state, chord: key }, []]
  return state.chord === undefined ? [state, []] : [rest, [{ type: 'bell' }]]
}

function acted(state: PromptState, action: ActionName, world: World): Step {
  if (state.search !== undefined) return searchAction(state, action, world)
  if (state.menu !== undefined) return menuAction(state, action, world)
  return promptActions[action](state, world)
}

type MenuAction = (state: PromptState, menu: Menu, world: World) => Step

const close: MenuAction = (state) => [withoutMenu(state), []]
const move =
  (by: number, wrap: boolean): MenuAction =>
  (state) =>
    withDetails(moveSelection(state, by, wrap))
const next = move(1, true)
const previous = move(-1, true)

const insertSelected: MenuAction = (state, menu, world) => {
  const candidate = menu.view[menu.selected]
  return candidate === undefined ? [withoutMenu(state), []] : inserted(state, candidate, world)
}

/** Of a list that was narrowed to one there is no next one: it goes in, as it would have at the first Tab. */
const nextOrOnly: MenuAction = (state, menu, world) => {
  const isOnly = menu.view.length === 1 && menu.list.done && menu.list.partial !== true
  return isOnly ? insertSelected(state, menu, world) : next(state, menu, world)
}

/** An edit that keeps the list open. */
const shorten =
  (action: ActionName): MenuAction =>
  (state, menu, world) => {
    const [shorter, effects] = promptActions[action](withoutMenu(state), world)
    const [shown, asking] = narrowed(shorter, menu, world)
    return [shown, [...effects, ...asking]]
  }

const menuActions: Readonly<Partial<Record<ActionName, MenuAction>>> = {
  complete: nextOrOnly,
  down: next,
  'complete-back': previous,
  up: previous,
  'page-down': move(menuPage, false),
  'page-up': move(-menuPage, false),
  accept: insertSelected,
  details: (state) => toggleDetails(state),
  help: (state) => toggleDetails(state),
  cancel: close,
  abort: close,
  'clear-screen': (state) => [state, [{ type: 'clear' }]],
  backspace: shorten('backspace'),
  'kill-blank-back': shorten('kill-blank-back'),
  'kill-word-back': shorten('kill-word-back'),
}

/** Any other action closes the list first. */
function menuAction(state: PromptState, action: ActionName, world: World): Step {
  const own = menuActions[action]
  if (own !== undefined) return own(state, state.menu!, world)
  return promptActions[action](withoutMenu(state), world)
}

function typed(state: PromptState, text: string, world: World): Step {
  if (state.search !== undefined) return [asked(state, state.search.query + text, world), []]
  const { menu } = state
  const after = edited(withoutMenu(state), insert(text)(state.editor), world)
  return menu === undefined ? [after, []] : narrowed(after, menu, world)
}

/** Pasted text is literal: nothing in it is a key, nothing runs (shell.md §4.5). */
function pasted(state: PromptState, text: string, dropped: number, world: World): Step {
  const lines = text.replaceAll(/\r\n?/g, '\n')
  if (state.search !== undefined) return [asked(state, state.search.query + lines.split('\n')[0]!, world), []]
  const before: Editor = { ...state.editor, last: 'kill' }
  const after = edited(withoutMenu(state), { ...insert(lines)(before), last: 'kill' }, world)
  const note = pasteNote(lines, dropped)
  return [{ ...after, ghost: '', ...(note === undefined ? {} : { note }) }, []]
}

function pasteNote(text: string, dropped: number): string | undefined {
  if (dropped > 0) return `the paste was cut: ${dropped} characters beyond 1 MiB were left out`
  const hidden = text.match(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)?.length ?? 0
  if (hidden === 0) return undefined
  return `the paste holds ${hidden} invisible ${hidden === 1 ? 'character' : 'characters'}; look before you press Enter`
}

function withoutMenu(state: PromptState): PromptState {
  const { menu: _menu, ...rest } = state
  return rest
}

function withoutChord(state: PromptState): PromptState {
  const { chord: _chord, ...rest } = state
  return rest
}

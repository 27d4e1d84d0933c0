import { setText } from '../editor/editor.ts'
import { characterBefore } from '../editor/grapheme.ts'
import { edited } from './edited.ts'
import type { ActionName } from './keymap.ts'
import { found } from './past.ts'
import { promptActions } from './prompt-actions.ts'
import type { PromptState, Search, Step, World } from './state.ts'

type SearchAction = (state: PromptState, search: Search, world: World) => Step

const move =
  (by: number): SearchAction =>
  (state, search) => [selected(state, search, by), []]

const otherScope: SearchAction = (state, search, world) => {
  const scope = search.scope === 'context' ? 'all' : 'context'
  const matches = found(search.query, scope, world)
  return [{ ...state, search: { ...search, scope, matches, selected: 0 } }, []]
}

const clear: SearchAction = (state, _search, world) => [asked(state, '', world), []]
const leave: SearchAction = (state) => [without(state), []]
const take: SearchAction = (state, _search, world) => [taken(state, world), []]

const searchActions: Readonly<Partial<Record<ActionName, SearchAction>>> = {
  'search-older': move(1),
  up: move(1),
  'search-newer': move(-1),
  down: move(-1),
  'page-up': move(8),
  'page-down': move(-8),
  'search-scope': otherScope,
  transpose: otherScope,
  backspace: (state, { query }, world) => [
    asked(state, query.slice(0, characterBefore(query, query.length)), world),
    [],
  ],
  'kill-to-start': clear,
  'kill-blank-back': clear,
  cancel: leave,
  abort: leave,
  'clear-screen': (state) => [state, [{ type: 'clear' }]],
  complete: take,
  'complete-back': take,
}

/** What an action means while history is searched; any other is done with the line that was found. */
export function searchAction(state: PromptState, action: ActionName, world: World): Step {
  const own = searchActions[action]
  if (own !== undefined) return own(state, state.search!, world)
  return promptActions[action](taken(state, world), world)
}

/** Another query, from the newest line on. */
export function asked(state: PromptState, query: string, world: World): PromptState {
  const { scope } = state.search!
  return { ...state, search: { query, scope, matches: found(query, scope, world), selected: 0 } }
}

function selected(state: PromptState, search: Search, by: number): PromptState {
  const last = Math.max(0, search.matches.length - 1)
  return { ...state, search: { ...search, selected: Math.max(0, Math.min(last, search.selected + by)) } }
}

function without(state: PromptState): PromptState {
  const { search: _search, ...rest } = state
  return rest
}

/** The line that was found stands at the prompt. */
function taken(state: PromptState, world: World): PromptState {
  const { matches, selected: at } = state.search!
  const line = matches[at]
  const rest = without(state)
  return line === undefined ? rest : { ...edited(rest, setText(line.text)(rest.editor), world), ghost: '' }
}

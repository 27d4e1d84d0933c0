import { replace } from '../editor/editor.ts'
import type { Candidate, CandidateList } from './candidate.ts'
import { commonPrefix, labelOf, rank } from './rank.ts'
import { edited } from './edited.ts'
import type { Menu, PromptState, Step, World } from './state.ts'

/** Rows of the list that are walked by a page. */
export const menuPage = 8

const waiting: CandidateList = { candidates: [], status: { type: 'asking', source: '' }, done: false }

/** Opens the list for the place of the cursor, or asks for it anew. */
export function openMenu(state: PromptState, world: World): Step {
  const site = world.read(state.editor.text).siteAt(state.editor.cursor)
  if (site.kind === 'none') return [state, [{ type: 'bell' }]]
  const stage = world.stageOf(site)
  const request = state.request + 1
  const menu: Menu = {
    site,
    stage,
    list: waiting,
    view: [],
    selected: 0,
    top: 0,
    opening: true,
    details: false,
  }
  return [{ ...state, request, menu, ghost: '' }, [{ type: 'complete', request, site, stage }]]
}

/** After an edit with the list open: narrowed here where it is still the same question, else asked anew. */
export function narrowed(state: PromptState, menu: Menu, world: World): Step {
  const site = world.read(state.editor.text).siteAt(state.editor.cursor)
  if (site.kind !== menu.site.kind || site.from !== menu.site.from) return [state, []]
  const stage = world.stageOf(site)
  if (stage.base === menu.stage.base) {
    const view = rank(menu.list.candidates, stage.word, stage.base)
    const next = { ...menu, site, stage, view, selected: 0, top: 0, opening: false }
    if (menu.list.partial !== true || stage.word === '') return [{ ...state, ghost: '', menu: next }, []]
    // What fits may be behind the beginning that is known.
    const request = state.request + 1
    return [{ ...state, request, ghost: '', menu: next }, [{ type: 'complete', request, site, stage }]]
  }
  const request = state.request + 1
  const fresh: Menu = { ...menu, site, stage, list: waiting, view: [], selected: 0, top: 0, opening: false }
  return [{ ...state, request, ghost: '', menu: fresh }, [{ type: 'complete', request, site, stage }]]
}

/** An answer; one to an older question is dropped. */
export function answered(state: PromptState, request: number, list: CandidateList, world: World): Step {
  const { menu } = state
  if (menu === undefined || request !== state.request) return [state, []]
  const { stage } = menu
  const view = rank(list.candidates, stage.word, stage.base)
  const chosen = menu.view[menu.selected]?.value
  // Who has not moved means the best match, whatever arrives.
  const kept =
    menu.opening || menu.selected === 0
      ? 0
      : Math.max(
          0,
          view.findIndex((candidate) => candidate.value === chosen),
        )
  const next = scrolled({ ...menu, list, view, selected: kept })
  const shown: PromptState = { ...state, menu: next }
  // Of a list that goes on, nobody knows what all have in common.
  if (!menu.opening || !list.done || list.partial === true) return [shown, []]
  const [only] = view
  if (only !== undefined && view.length === 1) return inserted(shown, only, world)
  return withCommonPrefix({ ...shown, menu: { ...next, opening: false } }, world)
}

/** What all matches begin with goes in at once. */
function withCommonPrefix(state: PromptState, world: World): Step {
  const menu = state.menu!
  const { site, stage, view } = menu
  const prefix = commonPrefix(view.map((candidate) => labelOf(candidate, stage.base)))
  if (prefix.length <= stage.word.length || !prefix.startsWith(stage.word)) return [state, []]
  const written = world.insertion(stage.base + prefix, site)
  const editor = replace(site.from, site.to, written)(state.editor)
  const at = world.read(editor.text).siteAt(editor.cursor)
  const grown = world.stageOf(at)
  if (at.kind !== site.kind || grown.base !== stage.base || grown.word !== prefix) return [state, []]
  return [{ ...edited(state, editor, world), ghost: '', menu: { ...menu, site: at, stage: grown } }, []]
}

/** Puts a candidate in, quoted as its place wants it. */
export function inserted(state: PromptState, candidate: Candidate, world: World): Step {
  const { site } = state.menu!
  const rest = state.editor.text.slice(site.to)
  const closing = candidate.more === true || /^\s/.test(rest) || site.quote === 'double' ? '' : ' '
  const written = `${world.insertion(candidate.value, site)}${closing}`
  const { menu: _menu, ...closed } = state
  return [edited(closed, replace(site.from, site.to, written)(state.editor), world), []]
}

export function moveSelection(state: PromptState, by: number, wrap: boolean): PromptState {
  const menu = state.menu!
  const count = menu.view.length
  if (count === 0) return state
  const to = menu.selected + by
  const selected = wrap ? (to + count) % count : Math.max(0, Math.min(count - 1, to))
  return { ...state, menu: scrolled({ ...menu, selected, opening: false }) }
}

function scrolled(menu: Menu): Menu {
  const top = Math.max(Math.min(menu.top, menu.selected), menu.selected - menuPage + 1)
  return { ...menu, top: Math.max(0, top) }
}

/** The pane with what is known about the selected row. */
export function toggleDetails(state: PromptState): Step {
  const menu = state.menu!
  return withDetails({ ...state, menu: { ...menu, details: !menu.details } })
}

/** The open pane asks about the row that is selected now. */
export function withDetails(state: PromptState): Step {
  const { menu } = state
  const candidate = menu?.view[menu.selected]
  if (menu?.details !== true || candidate === undefined) return [state, []]
  return [state, [{ type: 'details', candidate, site: menu.site }]]
}

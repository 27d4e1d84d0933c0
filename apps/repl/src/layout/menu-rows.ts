import {
  cut,
  humanDuration,
  join,
  type Look,
  marksOf,
  pad,
  paint,
  safe,
  text,
  type Text,
  width,
} from '@ocish/shell/text'
import type { Candidate, ListStatus } from '../prompt/candidate.ts'
import { labelOf } from '../prompt/rank.ts'
import type { Menu } from '../prompt/state.ts'

/** Fewer columns or rows than this: one candidate at a time on one line. */
const smallColumns = 40
const smallRows = 3

/** The list below the line, at most `rows` high. */
export function menuRows(menu: Menu, rows: number, look: Look, details: readonly Text[] = []): Text[] {
  if (rows <= 0) return []
  const columns = Number.isFinite(look.width) ? look.width : 80
  if (columns < smallColumns || rows < smallRows) return [small(menu, columns, look)]
  const foot = paint(cut(text`  ${footer(menu, look, columns - 3)}`, columns - 1, mark(look)), 'dim', look)
  const extra = menu.details
    ? details.slice(0, Math.max(0, rows - 3)).map((row) => cut(row, columns - 1, mark(look)))
    : []
  const room = rows - 1 - extra.length
  const top = Math.max(0, Math.min(menu.top, menu.selected), menu.selected - room + 1)
  const visible = menu.view.slice(top, top + Math.min(room, 8))
  const widths = columnWidths(visible, menu.stage.base, columns)
  const lines = visible.map((candidate, index) =>
    line(candidate, top + index === menu.selected, menu.stage.base, widths, columns, look),
  )
  return [...lines, ...extra, foot]
}

function mark(look: Look): string {
  return marksOf(look).ellipsis
}

function small(menu: Menu, columns: number, look: Look): Text {
  const candidate = menu.view[menu.selected]
  const place =
    menu.view.length === 0 ? footer(menu, look, columns) : text`${menu.selected + 1}/${menu.view.length} `
  const label = candidate === undefined ? ('' as Text) : safe(labelOf(candidate, menu.stage.base))
  return cut(text`${place}${label}`, Math.max(1, columns - 1), look.ascii ? '' : '…')
}

function columnWidths(visible: readonly Candidate[], base: string, columns: number): readonly number[] {
  const facts = Math.max(0, ...visible.map((candidate) => candidate.columns?.length ?? 0))
  const widths = Array.from({ length: facts }, (_, at) =>
    Math.min(
      at === facts - 1 ? Math.max(24, columns - 40) : 24,
      Math.max(1, ...visible.map((candidate) => width(safe(candidate.columns?.[at] ?? '·')))),
    ),
  )
  const taken = widths.reduce((sum, one) => sum + one + 2, 0)
  const longest = Math.max(4, ...visible.map((candidate) => width(safe(labelOf(candidate, base)))))
  return [Math.max(8, Math.min(longest, columns - 4 - taken)), ...widths]
}

function line(
  candidate: Candidate,
  isSelected: boolean,
  base: string,
  widths: readonly number[],
  columns: number,
  look: Look,
): Text {
  const [first = 8, ...rest] = widths
  const label = pad(cut(safe(labelOf(candidate, base)), first, mark(look)), first)
  const unknown = look.ascii ? '-' : '·'
  const facts = rest.map((room, at) =>
    pad(cut(safe(candidate.columns?.[at] ?? unknown), room, mark(look)), room),
  )
  const sign = (isSelected ? (look.ascii ? '> ' : '› ') : '  ') as Text
  const whole = cut(join([sign, join([label, ...facts], '  ')]), columns - 1, mark(look))
  return isSelected ? paint(whole, 'strong', look) : whole
}

const hints = ['Tab next', 'Esc close', 'Ctrl-Space details'] as unknown as readonly Text[]

/** Where the list came from, and what can be done: of the hints those that there is room for. */
function footer(menu: Menu, look: Look, room: number): Text {
  const dot = text` ${marksOf(look).dot} `
  const parts: Text[] = []
  const { view, list, selected } = menu
  const counted =
    list.partial === true ? (`first ${list.candidates.length}, type to narrow` as Text) : undefined
  if (view.length > 0) parts.push(text`${selected + 1} of ${view.length}`)
  else if (list.done) parts.push('no match' as Text)
  const state = statusText(list.status, look)
  if (state !== '') parts.push(state)
  if (counted !== undefined) parts.push(counted)
  if (view.length > 0)
    for (const hint of hints) {
      if (width(join([...parts, hint], dot)) > room) break
      parts.push(hint)
    }
  return join(parts, dot)
}

function statusText(status: ListStatus, look: Look): Text {
  switch (status.type) {
    case 'asking':
      return status.source === '' ? ('' as Text) : text`${mark(look) as Text} asking ${safe(status.source)}`
    case 'live':
      return text`live ${ago(status.seconds)}`
    case 'cached':
      return text`cached ${ago(status.seconds)}${(status.refreshing ? ', refreshing' : '') as Text}`
    case 'failed':
      return status.hint === undefined
        ? safe(status.message)
        : text`${safe(status.message)} ${marksOf(look).dot} ${safe(status.hint)}`
    case 'local':
      return '' as Text
    default:
      return status satisfies never
  }
}

function ago(seconds: number): Text {
  return seconds < 1 ? ('now' as Text) : text`${humanDuration(seconds * 1000)} ago`
}

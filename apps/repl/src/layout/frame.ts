import { usageLine } from '@ocish/shell'
import {
  cut,
  humanDuration,
  type Look,
  marksOf,
  paint,
  safe,
  text,
  type Text,
  width,
} from '@ocish/shell/text'
import type { PromptState, World } from '../prompt/state.ts'
import { bufferRows, promptText } from './buffer-rows.ts'
import { menuRows } from './menu-rows.ts'

/** Everything below the finished output: as rows, and where the cursor is. */
export interface Frame {
  readonly rows: readonly Text[]
  readonly x: number
  readonly y: number
}

export interface FrameInput {
  readonly state: PromptState
  readonly world: World
  readonly look: Look
  /** Of the screen. */
  readonly height: number
  /** Rows of running commands, most important first. */
  readonly progress: readonly Text[]
  readonly jobs: number
  /** The last command failed. */
  readonly failed: boolean
  /** What is known about the selected candidate. */
  readonly details?: readonly Text[]
}

/** The live region, never higher than the screen minus one: the menu gives way first, then progress, then input scrolls. */
export function frameOf(input: FrameInput): Frame {
  const whole = Math.max(1, input.height - 1)
  const { state } = input
  // A note has its row, however much stands at the prompt.
  const limit = state.note === undefined ? whole : Math.max(1, whole - 1)
  const own = state.search === undefined ? inputRows(input) : searchRows(input)
  const rows = own.rows.slice(0)
  const progress = input.progress.slice(0, Math.max(0, limit - Math.min(rows.length, limit) - 1))
  const room = limit - progress.length
  const from = rows.length <= room ? 0 : Math.max(0, Math.min(own.y - room + 1, rows.length - room))
  const visible = rows.slice(from, from + room)
  const below = belowRows(input, whole - progress.length - visible.length)
  return { rows: [...progress, ...visible, ...below], x: own.x, y: progress.length + own.y - from }
}

interface Placed {
  readonly rows: readonly Text[]
  readonly x: number
  readonly y: number
}

function inputRows({ state, world, look, jobs, failed }: FrameInput): Placed {
  const { editor } = state
  const prompt = promptText(world.context, { failed, jobs }, look)
  return bufferRows({
    prompt: prompt.text,
    promptWidth: prompt.width,
    text: editor.text,
    tokens: world.read(editor.text).tokens,
    cursor: editor.cursor,
    ghost: state.menu === undefined ? state.ghost : '',
    look,
  })
}

function searchRows({ state, world, look }: FrameInput): Placed {
  const { query, scope, matches, selected } = state.search!
  const columns = columnsOf(look)
  const where =
    scope === 'all' || world.context === '' ? 'history' : `context: ${world.context.split('/').at(-1)}`
  const label = text`(${safe(where)}) search: `
  const head = cut(label, Math.max(0, columns - 8), marksOf(look).ellipsis)
  const shown = fromEnd(safe(query), columns - width(head) - 1)
  const count = text`   [${matches.length === 0 ? 0 : selected + 1}/${matches.length}]`
  const room = columns - width(head) - width(shown) - 1
  const line = text`${paint(head, 'dim', look)}${shown}${paint(room > width(count) ? count : ('' as Text), 'dim', look)}`
  const match = matches[selected]
  const found =
    match === undefined ? paint('  no match' as Text, 'dim', look) : matchRow(match, columns, look)
  return { rows: [line, found], x: Math.min(columns - 1, width(head) + width(shown)), y: 0 }
}

function matchRow(
  match: { readonly text: string; readonly at: number; readonly status?: number; readonly duration?: number },
  columns: number,
  look: Look,
): Text {
  const facts = [
    text`${humanDuration(Math.max(0, look.now - match.at))} ago`,
    match.status === undefined
      ? ('not run' as Text)
      : match.status === 0
        ? ('ok' as Text)
        : text`exit ${match.status}`,
    ...(match.duration === undefined ? [] : [humanDuration(match.duration)]),
  ].join(` ${marksOf(look).dot} `) as Text
  const line = cut(text`  ${safe(match.text)}`, Math.max(1, columns - 1), marksOf(look).ellipsis)
  const room = columns - width(line) - 4
  return width(facts) > room ? line : text`${line}   ${paint(facts, 'dim', look)}`
}

function belowRows({ state, world, look, details }: FrameInput, room: number): readonly Text[] {
  if (room <= 0) return []
  if (state.menu !== undefined) return menuRows(state.menu, room, look, details)
  const columns = columnsOf(look)
  const fitted = (line: Text): Text => cut(line, Math.max(1, columns - 1), marksOf(look).ellipsis)
  if (state.note !== undefined) return [paint(fitted(text`  ${safe(state.note)}`), 'warn', look)]
  if (state.search !== undefined)
    return [
      paint(
        fitted('  Ctrl-R older · Ctrl-S newer · Ctrl-T scope · Enter run · Tab edit' as Text),
        'dim',
        look,
      ),
    ]
  if (state.quiet) return []
  const hint = hintFor(state, world, look)
  return hint === undefined ? [] : [paint(fitted(hint), 'dim', look)]
}

/** The signature of the command under the cursor; without colour also the suggestion from history. */
function hintFor(state: PromptState, world: World, look: Look): Text | undefined {
  const { editor, ghost } = state
  if (ghost !== '' && !look.color)
    return text`  from history: ${safe(editor.text + ghost)}   (Right takes it)`
  if (editor.text.trim() === '') return undefined
  const site = world.read(editor.text).siteAt(editor.cursor)
  const help = '   F1 help' as Text
  if (site.kind === 'flag-value') return text`  --${safe(site.flag.name)}: ${safe(site.flag.summary)}${help}`
  if (site.kind !== 'argument' && site.kind !== 'flag') return undefined
  const usage = safe(usageLine(site.signature))
  const param = site.kind === 'argument' ? site.param : undefined
  const about =
    param?.summary === undefined
      ? ('' as Text)
      : text`   ${safe(param.name.toUpperCase())}: ${safe(param.summary)}`
  return text`  ${usage}${about}${help}`
}

function fromEnd(value: Text, columns: number): Text {
  let shown: string = value
  while (shown !== '' && width(shown as Text) > columns) shown = Array.from(shown).slice(1).join('')
  return shown as Text
}

function columnsOf(look: Look): number {
  return Number.isFinite(look.width) ? look.width : 80
}

import { encodeJson } from '../formats/json.ts'
import type { Problem } from '../problem.ts'
import { join, repeat, safe, text, type Text } from './safe.ts'
import { marksOf, paint, type Look } from './theme.ts'
import { width, wrap } from './width.ts'

/** The report with the marked source, causes and the line to try (shell.md §4.2). */
export function errorReport(problem: Problem, look: Look): Text[] {
  const marks = marksOf(look)
  const head = text`${paint(marks.no, 'bad', look)} ${paint(safe(problem.code), 'strong', look)} (exit ${problem.exit})`
  const lines: Text[] = [head]
  const place = placeOf(problem, look.width - 6)
  if (place === undefined) {
    lines.push(...indented(safe(problem.message), 2, look))
  } else {
    lines.push(text`  ${paint(place.label, 'dim', look)}`, ...marked(place, problem, look))
  }
  const bar = place === undefined ? ('  ' as Text) : text`  ${paint(marks.bar, 'dim', look)} `
  if (problem.closest.length > 0)
    lines.push(
      join([
        bar,
        text`closest: ${join(
          problem.closest.map((name) => safe(name)),
          ', ',
        )}`,
      ]),
    )
  for (const cause of problem.causes) lines.push(...indented(text`because ${safe(cause.message)}`, 2, look))
  for (const hint of problem.hints.filter((entry) => entry.replace === undefined)) {
    lines.push(...indented(safe(hint.text), 2, look))
  }
  if (problem.corrected !== undefined) {
    lines.push(text`  ${paint('try' as Text, 'good', look)}   ${safe(problem.corrected)}`)
  }
  if (problem.stack !== undefined) lines.push(...indented(safe(problem.stack, { newlines: 'keep' }), 2, look))
  return lines
}

/** One line of words for logs, dumb terminals and screen readers. */
export function errorLine(problem: Problem): Text {
  const place = placeOf(problem)
  const parts = [
    place === undefined
      ? text`error ${safe(problem.code)}: ${safe(problem.message)}.`
      : text`error ${safe(problem.code)} at ${place.words}: ${safe(problem.message)}.`,
    ...problem.causes.map((cause) => text`Because ${safe(cause.message)}.`),
  ]
  if (problem.closest.length > 0)
    parts.push(
      text`Closest: ${join(
        problem.closest.map((name) => safe(name)),
        ', ',
      )}.`,
    )
  for (const hint of problem.hints) if (hint.replace === undefined) parts.push(safe(hint.text))
  if (problem.corrected !== undefined) parts.push(text`Try: ${safe(problem.corrected)}`)
  return join(parts, ' ')
}

/** The JSON form: one object, stable keys. */
export function errorObject(problem: Problem): Record<string, unknown> {
  return {
    code: problem.code,
    exit: problem.exit,
    message: problem.message,
    ...(problem.span === undefined || problem.source === undefined
      ? {}
      : { span: { source: problem.source.name, from: problem.span.from, to: problem.span.to } }),
    ...(problem.causes.length > 0 ? { causes: problem.causes } : {}),
    ...(problem.closest.length > 0 ? { closest: problem.closest } : {}),
    ...(problem.hints.length > 0 ? { hints: problem.hints } : {}),
    ...(problem.corrected === undefined ? {} : { corrected: problem.corrected }),
    ...(Object.keys(problem.details).length > 0 ? { details: problem.details } : {}),
  }
}

/** The JSON form as one line, with nothing in it that a terminal would act on. */
export function errorJson(problem: Problem): Text {
  return encodeJson(errorObject(problem)) as Text
}

interface Place {
  /** `repl:14:4`. */
  readonly label: Text
  /** `repl line 14 columns 4 to 10`. */
  readonly words: Text
  /** The line of the source, made safe, and the marked part of it. */
  readonly before: Text
  readonly marked: Text
  readonly after: Text
}

/** How much of a long line is shown on each side of the mark. */
const context = 60

/** `room`: columns for the line of the source. */
function placeOf(problem: Problem, room = Infinity): Place | undefined {
  const { source, span } = problem
  if (source === undefined || span === undefined) return undefined
  const from = Math.min(span.from, source.text.length)
  const start = source.text.lastIndexOf('\n', from - 1) + 1
  const newline = source.text.indexOf('\n', from)
  const end = newline < 0 ? source.text.length : newline
  const to = Math.max(from, Math.min(span.to, end))
  const line = source.text.slice(0, start).split('\n').length
  const column = from - start + 1
  const name = safe(source.name)
  const single = !source.text.trimEnd().includes('\n')
  const size = Math.min(to - from, 2 * context, Math.floor(room / 2))
  const rest = room - size
  const low = Math.max(start, from - Math.min(context, Math.max(Math.floor(rest / 2), rest - (end - to))))
  const high = Math.min(end, to + Math.min(context, Math.max(0, rest - (from - low))))
  return {
    label: single ? text`${name}:${column}` : text`${name}:${line}:${column}`,
    words: text`${name}${single ? ('' as Text) : text` line ${line}`} columns ${column} to ${Math.max(column, to - start)}`,
    before: join([(low > start ? '…' : '') as Text, safe(source.text.slice(low, from))]),
    marked: safe(source.text.slice(from, from + size)),
    after: join([
      (from + size < to ? '…' : '') as Text,
      safe(source.text.slice(to, high)),
      (high < end ? '…' : '') as Text,
    ]),
  }
}

function marked(place: Place, problem: Problem, look: Look): Text[] {
  const marks = marksOf(look)
  const bar = text`  ${paint(marks.bar, 'dim', look)} `
  const before = repeat(' ' as Text, width(place.before))
  const size = Math.max(1, width(place.marked))
  const middle = Math.floor((size - 1) / 2)
  const line = join([
    repeat(marks.underline, middle),
    marks.under,
    repeat(marks.underline, size - middle - 1),
  ])
  const indent = join([before, repeat(' ' as Text, middle)])
  const source = [
    join([bar, place.before, paint(place.marked, 'strong', look), place.after]),
    join([bar, before, paint(line, 'bad', look)]),
  ]
  const room = Math.min(look.width, 110) - width(indent) - 7
  if (room < 30) {
    const wide = Math.max(30, Math.min(look.width, 110) - 4)
    return [...source, ...wrap(safe(problem.message), wide).map((part) => join([bar, part]))]
  }
  const [first, ...rest] = wrap(safe(problem.message), room)
  return [
    ...source,
    join([bar, indent, paint(marks.corner, 'bad', look), ' ' as Text, first ?? ('' as Text)]),
    ...rest.map((more) => join([bar, indent, '   ' as Text, more])),
  ]
}

function indented(value: Text, columns: number, look: Look): Text[] {
  const room = Math.max(30, Math.min(look.width, 110) - columns)
  return wrap(value, room).map((line) => join([repeat(' ' as Text, columns), line]))
}

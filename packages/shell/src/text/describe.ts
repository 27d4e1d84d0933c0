import type { Description, Field, FieldValue } from '@ocish/sdk'
import { fittingDigest, fittingText, humanSize, humanTime, shortDigest } from './human.ts'
import { join, repeat, safe, type Text } from './safe.ts'
import { marksOf, paint, type Look } from './theme.ts'
import { pad, width, wrap } from './width.ts'

/** Lists longer than this end with a count; `-o json` has everything. */
const listed = 40

/** A description as a page: title, summary, and one line per field that has something to say, its label on the left. */
export function describe(description: Description, look: Look): Text[] {
  const lines: Text[] = [paint(safe(description.title), 'title', look)]
  const room = Math.min(look.width, 110)
  if (description.summary !== undefined && description.summary !== '') {
    lines.push(...wrap(safe(description.summary), room - 2).map((line) => join(['  ' as Text, line])))
  }
  const filled = description.fields.filter(({ value }) => value !== '')
  if (filled.length > 0) lines.push('' as Text, ...fields(filled, look, room))
  return lines
}

function fields(list: readonly Field[], look: Look, room: number): Text[] {
  const labels = list.map((field) => safe(field.label))
  const left = Math.min(24, Math.max(...labels.map(width)))
  return list.flatMap((field, index) => {
    const { value, format } = field
    const space = Math.max(20, room - left - 2)
    const { ellipsis } = marksOf(look)
    const values =
      format === 'digest' && typeof value === 'string'
        ? [fittingDigest(value, space, ellipsis)]
        : valueLines(value, format, { columns: space, ellipsis })
    const label = paint(pad(labels[index]!, left), 'label', look)
    const margin = repeat(' ' as Text, left)
    return values.map((line, at) => join([at === 0 ? label : margin, line], '  '))
  })
}

/** What there is for a value on each line. */
interface Room {
  readonly columns: number
  readonly ellipsis: string
}

function valueLines(value: FieldValue, format: Field['format'], room: Room): Text[] {
  if (Array.isArray(value)) {
    const items = value as readonly FieldValue[]
    if (items.length === 0) return ['none' as Text]
    const shown = items.slice(0, listed)
    const lines =
      format === 'list' || shown.some((item) => typeof item === 'object')
        ? shown.flatMap((item) => valueLines(item, undefined, room))
        : wrapped(
            join(
              shown.map((item) => scalar(item, format)),
              ', ',
            ),
            room,
          )
    return items.length > listed ? [...lines, `and ${items.length - listed} more` as Text] : lines
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    const lines = entries.slice(0, listed).flatMap(([key, entry]) => {
      const label = join([safe(key), ': ' as Text])
      return wrap(join([label, scalar(entry, undefined)]), room.columns)
    })
    return entries.length > listed ? [...lines, `and ${entries.length - listed} more` as Text] : lines
  }
  return wrapped(scalar(value, format), room)
}

function wrapped(value: Text, { columns, ellipsis }: Room): Text[] {
  return wrap(fittingText(value, columns, ellipsis), columns)
}

function scalar(value: FieldValue, format: Field['format']): Text {
  if (typeof value === 'number') return format === 'bytes' ? humanSize(value) : (String(value) as Text)
  if (typeof value === 'boolean') return (value ? 'yes' : 'no') as Text
  if (value === null) return 'none' as Text
  if (typeof value !== 'string') return safe(JSON.stringify(value))
  if (format === 'digest') return shortDigest(value)
  if (format === 'time' && !Number.isNaN(Date.parse(value))) return humanTime(new Date(value))
  return safe(value)
}

import { humanDuration, humanSize, shortDigest } from './human.ts'
import { join, safe, text, type Text } from './safe.ts'
import { marksOf, paint, type Look } from './theme.ts'

type Cells = Readonly<Record<string, unknown>>

/** Finished transfers, one a line: `✓ FROM → TO  DIGEST  312 MiB in 14s, 1.2 MiB reused` (shell.md §4.2). */
export function transfers(rows: readonly Cells[], look: Look): Text[] {
  return rows.map((row) => transferLine(row, look))
}

function transferLine(row: Cells, look: Look): Text {
  const { source, ref, digest, status, reason } = row
  const marks = marksOf(look)
  const failed = status === 'failed'
  const arrow = look.ascii ? ' -> ' : ' → '
  const names = [source, failed ? undefined : ref].filter((name) => typeof name === 'string')
  const parts = [
    join(
      names.map((name) => safe(name)),
      arrow,
    ),
    typeof digest === 'string' ? shortDigest(digest) : ('' as Text),
    typeof reason === 'string' ? safe(reason) : howOf(row),
  ].filter((part) => part !== '')
  const isOver = status === 'done' || status === 'existing'
  const mark = failed ? paint(marks.no, 'bad', look) : isOver ? paint(marks.yes, 'good', look) : marks.dot
  return text`${mark} ${join(parts, '  ')}`
}

function howOf({ status, bytes, mounted, reused, ms }: Cells): Text {
  const size = (value: unknown): Text => humanSize(typeof value === 'number' ? value : 0)
  if (status === 'existing') return 'already there' as Text
  if (status === 'planned') return text`${size(bytes)} planned`
  if (status !== 'done') return typeof status === 'string' ? safe(status) : ('' as Text)
  const more = [
    typeof mounted === 'number' && mounted > 0 ? text`${size(mounted)} mounted` : undefined,
    typeof reused === 'number' && reused > 0 ? text`${size(reused)} reused` : undefined,
  ].filter((part) => part !== undefined)
  const moved = text`${size(bytes)} in ${humanDuration(typeof ms === 'number' ? ms : 0)}`
  return join([moved, ...more], ', ')
}

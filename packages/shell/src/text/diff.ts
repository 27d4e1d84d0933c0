import { humanCell } from './human.ts'
import { join, safe, type Text } from './safe.ts'
import { paint, type Look, type Tone } from './theme.ts'
import { pad, width } from './width.ts'

interface Change {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly to?: unknown
}

const tones: Readonly<Record<string, Tone>> = { '+': 'added', '-': 'removed', '~': 'changed' }

/** Changes, one a line: the sign, the path, and what became of the value. Signs carry the meaning, colour only helps. */
export function diff(changes: readonly Change[], look: Look): Text[] {
  const paths = changes.map((change) => humanCell(change.path, 'string'))
  const left = Math.min(60, Math.max(0, ...paths.map(width)))
  const arrow = look.ascii ? ' -> ' : ' → '
  return changes.map((change, index) => {
    const op = safe(typeof change.op === 'string' ? change.op : '?')
    const values = [change.from, change.to]
      .filter((value) => value !== undefined && value !== null)
      .map((value) => humanCell(value, 'string'))
    const head = join([op, ' ' as Text, values.length > 0 ? pad(paths[index]!, left) : paths[index]!])
    const line = values.length > 0 ? join([head, '  ' as Text, join(values, arrow)]) : head
    return paint(line, tones[op] ?? 'dim', look)
  })
}

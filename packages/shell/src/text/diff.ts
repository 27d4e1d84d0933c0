import { fittingDigest, humanCell } from './human.ts'
import { join, safe, type Text } from './safe.ts'
import { marksOf, paint, type Look, type Tone } from './theme.ts'
import { pad, width } from './width.ts'

interface Change {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly to?: unknown
}

const tones: Readonly<Record<string, Tone>> = { '+': 'added', '-': 'removed', '~': 'changed' }

/**
 * Changes, one a line: the sign, the path, and what became of the value. Signs carry the meaning, colour only helps.
 * Digests are shortened where whole ones would not fit the width (shell.md §4.2).
 */
export function diff(changes: readonly Change[], look: Look): Text[] {
  const whole = diffLines(changes, look, false)
  return whole.every((line) => width(line) <= look.width) ? whole : diffLines(changes, look, true)
}

/** The line below the changes: how many, and the status they came to (shell.md §4.2). */
export function diffEnd(count: number, exit: number, look: Look): Text {
  return paint(safe(`${count} ${count === 1 ? 'change' : 'changes'} (exit ${exit})`), 'dim', look)
}

function diffLines(changes: readonly Change[], look: Look, short: boolean): Text[] {
  const paths = changes.map((change) => humanCell(change.path, 'string'))
  const left = Math.min(60, Math.max(0, ...paths.map(width)))
  const arrow = look.ascii ? ' -> ' : ' → '
  return changes.map((change, index) => {
    const op = safe(typeof change.op === 'string' ? change.op : '?')
    const values = [change.from, change.to]
      .filter((value) => value !== undefined && value !== null)
      .map((value) => (short && isDigest(value) ? shorter(value, look) : humanCell(value, 'string')))
    const head = join([op, ' ' as Text, values.length > 0 ? pad(paths[index]!, left) : paths[index]!])
    const line = values.length > 0 ? join([head, '  ' as Text, join(values, arrow)]) : head
    return paint(line, tones[op] ?? 'dim', look)
  })
}

const digestPattern = /^[a-z0-9]+:[0-9a-f]{32,}$/

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && digestPattern.test(value)
}

function shorter(digest: string, look: Look): Text {
  return fittingDigest(digest, 0, marksOf(look).ellipsis)
}

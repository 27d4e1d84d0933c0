import { readFile, writeFile } from 'node:fs/promises'
import type { Row } from './case.ts'

const marks = { holds: '✓', missed: '✗', noisy: '~', floor: '–', info: ' ' }

/** What the marks of a report mean. */
export const legend: string =
  '✓ holds, ✗ missed, ~ too noisy to claim, – missed, as it is by the least that moving the bytes needs (see the note)'

function shownValue({ value, unit }: Row): string {
  if (Number.isNaN(value)) return 'none'
  return `${value.toFixed(unit === 'x' ? 2 : Number.isInteger(value) ? 0 : 1)} ${unit}`
}

/** One line of the terminal. */
export function line(row: Row): string {
  const { verdict, what, target, note = '' } = row
  return `${marks[verdict]} ${row.case.padEnd(4)} ${what.padEnd(64)} ${shownValue(row).padStart(14)}  target ${target.padEnd(8)} ${note}`
}

function table(rows: readonly Row[], caption: string): string {
  const lines = rows.map((row) => {
    const cells = [row.case, row.what, shownValue(row), row.target, marks[row.verdict], row.note ?? '']
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return [
    '',
    caption,
    '',
    '| | what | measured | target | | |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

const [begin, end] = ['<!-- bench -->', '<!-- /bench -->']

/** Writes the table between the two markers of a Markdown file. */
export async function writeTable(file: string, rows: readonly Row[], caption: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file} has no ${begin} … ${end}`)
  await writeFile(file, text.slice(0, from + begin.length) + table(rows, caption) + text.slice(to))
}

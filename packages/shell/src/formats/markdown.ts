import type { Row } from '../command.ts'
import type { Column } from '../signature.ts'
import { safe } from '../text/safe.ts'
import { shownColumns } from './columns.ts'
import type { Edge } from './edge.ts'
import { cellText } from './tsv.ts'
import { rowsOf } from './rows-of.ts'

/** A table of GitHub's Markdown. Text stays text: its markup, html and pipes are escaped. */
export async function* writeMarkdown(
  edge: Edge,
  options: { readonly columns?: readonly string[]; readonly after?: string },
): AsyncGenerator<string, void> {
  const { rows, types } = rowsOf(edge)
  let columns: readonly Column[] | undefined
  for await (const row of rows) {
    const head = columns === undefined ? start((columns = shownColumns([row], types, options.columns))) : ''
    yield (options.after?.startsWith(head) === true ? '' : head) + line(columns, row)
  }
}

function start(columns: readonly Column[]): string {
  const names = columns.map((column) => escaped(column.name))
  return `| ${names.join(' | ')} |\n|${columns.map(() => ' --- |').join('')}\n`
}

function line(columns: readonly Column[], row: Row): string {
  return `| ${columns.map((column) => escaped(cellText(row[column.name]))).join(' | ')} |\n`
}

function escaped(value: string): string {
  return safe(value).replaceAll(/[\\`*_[\]<>|#!~]/g, String.raw`\$&`)
}

import type { RowType } from '../signature.ts'

type Cells = Readonly<Record<string, unknown>>

/** A line above siblings, and how many of them stand below it. */
interface Group {
  readonly depth: number
  readonly at: number
  members: number
}

/**
 * Rows of a tree with a line `referrers (n)` above the siblings of a group, which stand one level below it without the
 * word (shell.md §4.2). What a member of a group has below it makes no group of its own.
 */
export function grouped(rows: readonly Cells[], { tree: nest }: RowType): readonly Cells[] {
  if (nest?.group === undefined || nest.relation === undefined) return rows
  const { depth, label, relation, group } = nest
  const shown: Cells[] = []
  let open: Group | undefined
  for (const row of rows) {
    const level = Number(row[depth])
    const isMember = row[relation] === group
    if (open !== undefined && (level < open.depth || (level === open.depth && !isMember))) open = undefined
    if (open === undefined && isMember) {
      open = { depth: level, at: shown.length, members: 0 }
      shown.push({ [depth]: level })
    }
    if (open === undefined) {
      shown.push(row)
      continue
    }
    if (level === open.depth) open.members += 1
    shown[open.at] = { [depth]: open.depth, [label]: `${group}s (${open.members})` }
    shown.push({ ...row, [depth]: level + 1, [label]: isMember ? without(group, row[label]) : row[label] })
  }
  return shown
}

/** A label without the word it begins with. */
function without(word: string, label: unknown): unknown {
  return typeof label === 'string' && label.startsWith(`${word} `) ? label.slice(word.length + 1) : label
}

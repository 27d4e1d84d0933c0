import type { Node, ObjectNode } from './document.ts'
import { formatPath } from './paths.ts'
import { classify, type ClassifyOptions, type Sensitive } from './classify.ts'
import { edited } from './tree.ts'

export interface Redaction {
  readonly root: ObjectNode
  /** What was left out, in the order of the file. */
  readonly left: readonly Sensitive[]
  /** What must not be published and is still there. */
  readonly refused: readonly Sensitive[]
}

/** Leaves out what is not portable, then looks again: whatever must not be published and remains is refused. */
export function redact(root: ObjectNode, options: ClassifyOptions): Redaction {
  const left = classify(root, options).filter(({ action }) => action !== 'refuse')
  const byPath = new Map(left.map((sensitive) => [formatPath(sensitive.path), sensitive]))
  const result = edited(root, (path) => {
    const sensitive = byPath.get(formatPath(path))
    return sensitive && restOf(sensitive)
  })
  if (result.type !== 'object') return { root, left: [], refused: neverPublish(root, options) }
  return { root: result, left, refused: neverPublish(result, options) }
}

/** What must not be published of a configuration that is published unchanged. */
export function neverPublish(root: ObjectNode, options: ClassifyOptions): readonly Sensitive[] {
  return classify(root, options).filter(({ sensitivity }) => sensitivity === 'never')
}

function restOf({ line, action, rest }: Sensitive): Node | null {
  return action === 'remove' ? null : { type: 'string', line, value: rest ?? '' }
}

/** One line for the report of `push`; values are never part of it. */
export function reportLine({ path, sensitivity, action, what, option }: Sensitive): string {
  const where = formatPath(path)
  if (action === 'refuse') return `${where}: ${what}`
  const done = action === 'remove' ? 'left out' : 'value left out'
  const way = option === undefined ? '' : ` (${option} publishes it)`
  return sensitivity === 'derived' ? `${where}: left out, ${what}` : `${where}: ${done}, ${what}${way}`
}

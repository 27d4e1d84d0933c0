import type { Member, Node, ObjectNode } from './document.ts'
import type { JsonObject, JsonValue } from './model.ts'
import type { Path } from './paths.ts'

/** The member of this name. */
export function member(node: ObjectNode, key: string): Node | undefined {
  return node.members.findLast((candidate) => candidate.key === key)?.value
}

/** The text of a member that is a string; else the empty string. */
export function textOf(node: ObjectNode, key: string): string {
  const value = member(node, key)
  return value?.type === 'string' ? value.value : ''
}

/** The same object with this member replaced in its place, or added at the end. */
export function withMember(node: ObjectNode, key: string, value: Node): ObjectNode {
  const added: Member = { key, line: value.line, value }
  const known = node.members.some((candidate) => candidate.key === key)
  const members = known
    ? node.members.map((candidate) => (candidate.key === key ? added : candidate))
    : [...node.members, added]
  return { ...node, members }
}

/** The same value with what `edit` gives in place of each value below; undefined keeps it, null takes it out. */
export function edited(node: Node, edit: (path: Path) => Node | null | undefined, path: Path = []): Node {
  if (node.type === 'object') {
    const members = node.members.flatMap((found): readonly Member[] => {
      const value = editedAt(found.value, edit, [...path, found.key])
      return value === null ? [] : [{ ...found, value }]
    })
    return { ...node, members }
  }
  if (node.type !== 'array') return node
  const items = node.items.flatMap((item, at) => editedAt(item, edit, [...path, at]) ?? [])
  return { ...node, items }
}

function editedAt(node: Node, edit: (path: Path) => Node | null | undefined, path: Path): Node | null {
  const replaced = edit(path)
  return replaced === undefined ? edited(node, edit, path) : replaced
}

/** Every string below, with its path. */
export function* strings(
  node: Node,
  path: Path = [],
): Generator<{ readonly path: Path; readonly line: number; readonly value: string }> {
  if (node.type === 'string') yield { path, line: node.line, value: node.value }
  if (node.type === 'array') {
    for (const [at, item] of node.items.entries()) yield* strings(item, [...path, at])
  }
  if (node.type === 'object') {
    for (const { key, value } of node.members) yield* strings(value, [...path, key])
  }
}

/** Plain data: objects without prototype, so that a member named `__proto__` is only data. */
export function toValue(node: Node): JsonValue {
  switch (node.type) {
    case 'object':
      return toObject(node)
    case 'array':
      return node.items.map(toValue)
    case 'number':
      return Number(node.text)
    case 'null':
      return null
    case 'string':
    case 'boolean':
    default:
      return node.value
  }
}

/** The same of an object. */
export function toObject(node: ObjectNode): JsonObject {
  const object = Object.create(null) as Record<string, JsonValue>
  for (const { key, value } of node.members) object[key] = toValue(value)
  return object
}

import type { ArrayNode, Member, Node, ObjectNode } from './document.ts'
import { fieldNameOf, fields, legacyFieldNameOf, type FieldSpec, type FieldSpecs } from './fields.ts'
import { formatPath, type Path } from './paths.ts'

/** What a member's name was, where it is not simply a known name used once. */
export interface KeyNotice {
  readonly code: 'KEY_CASE' | 'KEY_DUPLICATE' | 'KEY_UNKNOWN'
  readonly path: string
  readonly line: number
  readonly key: string
  /** The name it is read as. */
  readonly name?: string
}

type OnNotice = (notice: KeyNotice) => void

const ignore: OnNotice = () => undefined

/**
 * The configuration as Go reads it (specs/runconfig.md §2.2): names in their known spelling, of repeated members the
 * last one, in the place of the first. Unknown members stay, also inside known objects; raw ones are not looked into.
 */
export function canonical(root: ObjectNode, onNotice: OnNotice = ignore): ObjectNode {
  return canonicalObject(root, fields, [], onNotice)
}

function canonicalObject(node: ObjectNode, specs: FieldSpecs, path: Path, onNotice: OnNotice): ObjectNode {
  const legacy = path[0] === 'remote_auth_config' && node.members.some(({ key }) => key === 'ClientID')
  const nameOf = legacy ? legacyFieldNameOf : fieldNameOf
  const members = new Map<string, Member>()
  for (const { key, line, value } of node.members) {
    const name = nameOf(specs, key)
    const at = [...path, name ?? key]
    if (members.has(name ?? key)) {
      onNotice({ code: 'KEY_DUPLICATE', path: formatPath(at), line, key })
    } else if (name === undefined) {
      onNotice({ code: 'KEY_UNKNOWN', path: formatPath(at), line, key })
    } else if (name !== key) {
      onNotice({ code: 'KEY_CASE', path: formatPath(at), line, key, name })
    }
    members.set(name ?? key, {
      key: name ?? key,
      line,
      value: canonicalValue(value, name === undefined ? undefined : specs[name], at, onNotice),
    })
  }
  return { ...node, members: [...members.values()] }
}

function canonicalValue(value: Node, spec: FieldSpec | undefined, path: Path, onNotice: OnNotice): Node {
  if (spec?.type === 'strings-map' && value.type === 'object') return lastOfEach(value, path, onNotice)
  if (spec?.type === 'strings' && value.type === 'array')
    return { ...value, items: value.items.map(emptyForNull) }
  if (spec?.fields === undefined) return value
  if (value.type === 'object') return canonicalObject(value, spec.fields, path, onNotice)
  return value.type === 'array' ? canonicalItems(value, spec.fields, path, onNotice) : value
}

function canonicalItems(node: ArrayNode, specs: FieldSpecs, path: Path, onNotice: OnNotice): ArrayNode {
  const items = node.items.map((item, at) =>
    item.type === 'object' ? canonicalObject(item, specs, [...path, at], onNotice) : item,
  )
  return { ...node, items }
}

function lastOfEach(node: ObjectNode, path: Path, onNotice: OnNotice): ObjectNode {
  const members = new Map<string, Member>()
  for (const member of node.members) {
    if (members.has(member.key)) {
      const notice = { path: formatPath([...path, member.key]), line: member.line, key: member.key }
      onNotice({ code: 'KEY_DUPLICATE', ...notice })
    }
    members.set(member.key, { ...member, value: emptyForNull(member.value) })
  }
  return { ...node, members: [...members.values()] }
}

/** In a list or map of strings Go reads null as the empty string. */
function emptyForNull(value: Node): Node {
  return value.type === 'null' ? { type: 'string', line: value.line, value: '' } : value
}

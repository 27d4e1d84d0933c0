import { compareUtf8, encodeGoJson } from '@ocish/sdk'
import type { Member, Node, ObjectNode } from './document.ts'
import { fields, type FieldSpec } from './fields.ts'

/** Who would have written it: the first ToolHive that published artifacts (pull request 1212), or later ones. */
export type Layout = 'first' | 'later'

/**
 * The configuration as ToolHive writes it, byte for byte (specs/runconfig.md §2.2): members in struct order, empty ones
 * left out but for those that are always there, maps sorted, HTML escaped. Unknown members follow in their own order.
 * `indent`: two spaces and a final newline, as a file has it; else compact, as a layer.
 */
export function writeConfig(
  root: ObjectNode,
  layout: Layout,
  options: { readonly indent: boolean },
): Uint8Array {
  const arranged = arrange(root, layout)
  const text = options.indent ? `${write(arranged, '  ', '')}\n` : write(arranged, '', '')
  return new TextEncoder().encode(text)
}

function arrange(root: ObjectNode, layout: Layout): ObjectNode {
  const members: Member[] = []
  for (const [key, spec] of Object.entries<FieldSpec>(fields)) {
    const found = root.members.find((candidate) => candidate.key === key)
    const always = spec.always === 'both' || spec.always === layout
    if (found !== undefined && !isZero(found.value, spec)) {
      members.push({ ...found, value: spec.type === 'strings-map' ? sorted(found.value) : found.value })
    } else if (always) {
      members.push({ key, line: root.line, value: zero(spec, root.line) })
    }
  }
  members.push(...root.members.filter(({ key }) => !Object.hasOwn(fields, key)))
  return { ...root, members }
}

/** What Go's `omitempty` leaves out. */
function isZero(node: Node, spec: FieldSpec): boolean {
  switch (node.type) {
    case 'null':
      return true
    case 'string':
      return node.value === '' && spec.type !== 'raw'
    case 'boolean':
      return !node.value && spec.type !== 'raw'
    case 'number':
      return Number(node.text) === 0 && spec.type !== 'raw'
    case 'array':
      return node.items.length === 0 && spec.type !== 'raw'
    case 'object':
    default:
      return node.members.length === 0 && spec.type === 'strings-map'
  }
}

function zero(spec: FieldSpec, line: number): Node {
  if (spec.type === 'string') return { type: 'string', line, value: '' }
  return spec.type === 'integer' ? { type: 'number', line, text: '0' } : { type: 'null', line }
}

function sorted(node: Node): Node {
  if (node.type !== 'object') return node
  return { ...node, members: node.members.toSorted((a, b) => compareUtf8(a.key, b.key)) }
}

function write(node: Node, indent: string, margin: string): string {
  const inner = margin + indent
  switch (node.type) {
    case 'object': {
      const colon = indent === '' ? ':' : ': '
      const members = node.members.map(
        ({ key, value }) => encodeGoJson(key) + colon + write(value, indent, inner),
      )
      return enclose('{', members, '}', indent, margin)
    }
    case 'array':
      return enclose(
        '[',
        node.items.map((item) => write(item, indent, inner)),
        ']',
        indent,
        margin,
      )
    case 'number':
      return node.text
    case 'string':
    case 'boolean':
      return encodeGoJson(node.value)
    case 'null':
    default:
      return 'null'
  }
}

function enclose(
  open: string,
  items: readonly string[],
  close: string,
  indent: string,
  margin: string,
): string {
  if (items.length === 0) return open + close
  if (indent === '') return open + items.join(',') + close
  const line = `\n${margin}${indent}`
  return `${open}${line}${items.join(`,${line}`)}\n${margin}${close}`
}

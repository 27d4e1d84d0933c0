import { formatFloat, type Scalar } from './go-scalar.ts'

/** A value of a YAML (or JSON) document with the line it begins on; `weight` counts the values in it, aliases spelled out. */
export type YamlTree = {
  readonly line: number
  readonly weight: number
  /** How a scalar was written. */
  readonly source?: string
} & (
  | Scalar
  | { readonly type: 'list'; readonly items: readonly YamlTree[] }
  | { readonly type: 'map'; readonly members: ReadonlyMap<string, YamlTree> }
)

/** Plain data; objects without a prototype, so that any key is only data. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue }

/** Numbers as JavaScript has them, which is what Go's float64 is. */
export function toPlain(tree: YamlTree): PlainValue {
  switch (tree.type) {
    case 'null':
      return null
    case 'int':
      return Number(tree.value)
    case 'float':
      return Number.isFinite(tree.value) ? tree.value : String(tree.value)
    case 'list':
      return tree.items.map(toPlain)
    case 'map': {
      const object = Object.create(null) as Record<string, PlainValue>
      for (const [key, value] of tree.members) object[key] = toPlain(value)
      return object
    }
    case 'bool':
    case 'text':
    default:
      return tree.value
  }
}

/** A scalar as Go writes it where text is wanted; undefined for null, a list and a mapping. */
export function scalarText(tree: YamlTree): string | undefined {
  switch (tree.type) {
    case 'text':
      return tree.value
    case 'bool':
    case 'int':
      return String(tree.value)
    case 'float':
      return formatFloat(tree.value)
    case 'null':
    case 'list':
    case 'map':
      return undefined
    default:
      return tree satisfies never
  }
}

/** Values of JSON as a tree, so that one decoder serves both; lines are 0. */
export function fromJson(value: unknown): YamlTree {
  const at = { line: 0, weight: 1 }
  if (typeof value === 'string') return { ...at, type: 'text', value }
  if (typeof value === 'boolean') return { ...at, type: 'bool', value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? { ...at, type: 'int', value: BigInt(value) }
      : { ...at, type: 'float', value }
  }
  if (Array.isArray(value)) return { ...at, type: 'list', items: value.map(fromJson) }
  if (typeof value !== 'object' || value === null) return { ...at, type: 'null' }
  return {
    ...at,
    type: 'map',
    members: new Map(Object.entries(value).map(([key, member]) => [key, fromJson(member)])),
  }
}

import type { Node, ObjectNode } from './document.ts'
import { fields, type FieldSpec, type FieldSpecs } from './fields.ts'
import { formatPath, type Path } from './paths.ts'

/** A value of another type than Go's decoder takes. */
export interface TypeFault {
  readonly path: string
  readonly line: number
  readonly message: string
}

const article: Readonly<Record<Node['type'], string>> = {
  object: 'an object',
  array: 'an array',
  string: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  null: 'null',
}
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/** Every known member of a canonical configuration whose type is wrong; `null` fits everything, as in Go. */
export function typeFaults(root: ObjectNode): readonly TypeFault[] {
  return [...memberFaults(root, fields, [])]
}

function* memberFaults(node: ObjectNode, specs: FieldSpecs, path: Path): Generator<TypeFault> {
  for (const { key, value } of node.members) {
    const spec = Object.hasOwn(specs, key) ? specs[key] : undefined
    if (spec !== undefined && value.type !== 'null') yield* valueFaults(spec, value, [...path, key])
  }
}

function* valueFaults(spec: FieldSpec, value: Node, path: Path): Generator<TypeFault> {
  switch (spec.type) {
    case 'raw':
      return
    case 'string':
    case 'boolean':
      if (value.type !== spec.type) yield fault(path, value, article[spec.type])
      return
    case 'integer':
      if (!isInteger(value)) yield fault(path, value, 'an integer')
      return
    case 'strings':
      if (value.type !== 'array') yield fault(path, value, 'an array of strings')
      else yield* stringItems(value.items.entries(), path)
      return
    case 'strings-map':
      if (value.type !== 'object') yield fault(path, value, 'an object of strings')
      else
        yield* stringItems(
          value.members.map((found) => [found.key, found.value] as const),
          path,
        )
      return
    case 'object':
      if (value.type !== 'object') yield fault(path, value, 'an object')
      else yield* memberFaults(value, spec.fields ?? {}, path)
      return
    case 'objects':
      if (value.type !== 'array') yield fault(path, value, 'an array of objects')
      else
        for (const [at, item] of value.items.entries())
          yield* valueFaults({ ...spec, type: 'object' }, item, [...path, at])
  }
}

function* stringItems(items: Iterable<readonly [string | number, Node]>, path: Path): Generator<TypeFault> {
  for (const [step, item] of items) {
    if (item.type !== 'string' && item.type !== 'null') yield fault([...path, step], item, 'a string')
  }
}

function isInteger(value: Node): boolean {
  if (value.type !== 'number' || !/^-?\d+$/.test(value.text)) return false
  const number = BigInt(value.text)
  return number >= int64.min && number <= int64.max
}

function fault(path: Path, value: Node, wanted: string): TypeFault {
  const found =
    value.type === 'number' && wanted === 'an integer' ? 'a number that is none' : article[value.type]
  return { path: formatPath(path), line: value.line, message: `${wanted} was expected, not ${found}` }
}

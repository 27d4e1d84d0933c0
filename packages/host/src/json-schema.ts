import { isJsonObject } from '@ocish/sdk'

/** The part of JSON Schema that configurations need; other keywords are ignored. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  /** False: other members are an error. A schema: what they must be. */
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly anyOf?: readonly JsonSchema[]
  readonly default?: unknown
}

/** Where a value does not fit its schema. */
export interface SchemaFault {
  /** Dotted: `registries.ghcr.io.ca`. */
  readonly path: string
  readonly message: string
  /** The members that would be right here, when one is unknown. */
  readonly known?: readonly string[]
  readonly unknown?: string
}

/** The first thing that is wrong with a value, if anything is. */
export function schemaFault(schema: JsonSchema, value: unknown, path: string = ''): SchemaFault | undefined {
  if (schema.anyOf !== undefined) {
    const faults = schema.anyOf.map((each) => schemaFault(each, value, path))
    if (!faults.includes(undefined)) return faults.at(-1)
  }
  if (schema.type !== undefined && !hasType(schema.type, value))
    return { path, message: `must be ${named[schema.type]}` }
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return { path, message: `must be one of ${schema.enum.map(String).join(', ')}` }
  if (typeof value === 'number') return rangeFault(schema, value, path)
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    return { path, message: `must fit ${schema.pattern}` }
  if (Array.isArray(value))
    return firstFault(value.map((item, index) => [schema.items, item, `${path}[${index}]`]))
  return isJsonObject(value) ? objectFault(schema, value, path) : undefined
}

const named = {
  object: 'a table',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
} as const

function hasType(type: NonNullable<JsonSchema['type']>, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isJsonObject(value)
  return type === 'integer' ? Number.isSafeInteger(value) : typeof value === type
}

function rangeFault(schema: JsonSchema, value: number, path: string): SchemaFault | undefined {
  if (schema.minimum !== undefined && value < schema.minimum)
    return { path, message: `must be at least ${schema.minimum}` }
  if (schema.maximum !== undefined && value > schema.maximum)
    return { path, message: `must be at most ${schema.maximum}` }
  return undefined
}

function objectFault(
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
): SchemaFault | undefined {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
  const properties = schema.properties ?? {}
  const missing = schema.required?.find((key) => !Object.hasOwn(value, key))
  if (missing !== undefined) return { path: at(missing), message: 'is missing' }
  const others = schema.additionalProperties ?? true
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(properties, key))
  if (unknown !== undefined && others === false)
    return { path: at(unknown), message: 'is unknown', unknown, known: Object.keys(properties) }
  const rest = typeof others === 'object' ? others : undefined
  return firstFault(
    Object.entries(value).map(([key, member]) => [
      Object.hasOwn(properties, key) ? properties[key] : rest,
      member,
      at(key),
    ]),
  )
}

function firstFault(
  items: readonly (readonly [JsonSchema | undefined, unknown, string])[],
): SchemaFault | undefined {
  for (const [schema, value, path] of items) {
    const fault = schema && schemaFault(schema, value, path)
    if (fault) return fault
  }
  return undefined
}

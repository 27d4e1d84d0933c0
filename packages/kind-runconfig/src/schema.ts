import { isJsonObject, type SchemaResult, type StandardSchema } from '@ocish/sdk'
import { fields, type FieldSpec, type FieldSpecs } from './fields.ts'
import type { RunConfig } from './model.ts'

/** A JSON Schema, as far as it is used here. */
export type JsonSchema = Readonly<Record<string, unknown>>

const scalar: Readonly<Record<string, JsonSchema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  strings: { type: 'array', items: { type: 'string' } },
  'strings-map': { type: 'object', additionalProperties: { type: 'string' } },
  raw: {},
}

/** JSON Schema (2020-12) of a run configuration: nothing is required, unknown members are allowed, as ToolHive reads it. */
export function jsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'ToolHive run configuration',
    ...objectSchema(fields),
  }
}

function objectSchema(specs: FieldSpecs): JsonSchema {
  const properties = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, schemaOf(spec)]))
  return { type: 'object', properties }
}

function schemaOf(spec: FieldSpec): JsonSchema {
  const shape = scalar[spec.type] ?? objectSchema(spec.fields ?? {})
  return {
    ...(spec.type === 'objects' ? { type: 'array', items: shape } : shape),
    ...(spec.enum === undefined ? {} : { enum: spec.enum }),
    ...(spec.about === undefined ? {} : { description: spec.about }),
    ...(spec.sharing === undefined ? {} : { 'x-ocish-sharing': spec.sharing }),
  }
}

/** What `read` gives, checked by the host: a stranger's process could hand over anything. */
export const schema: StandardSchema<RunConfig> = {
  '~standard': { version: 1, vendor: 'ocish', validate },
}

function validate(value: unknown): SchemaResult<RunConfig> {
  if (!isJsonObject(value)) return { issues: [{ message: 'an object was expected' }] }
  const wrong = Object.entries(fields).filter(([name, spec]) => {
    const found = value[name]
    return found !== undefined && !hasShape(spec, found)
  })
  if (wrong.length === 0) return { value }
  return { issues: wrong.map(([name, { type }]) => ({ message: `not of type ${type}`, path: [name] })) }
}

function hasShape({ type }: FieldSpec, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type
    case 'integer':
      return Number.isInteger(value)
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'strings-map':
      return isJsonObject(value) && Object.values(value).every((item) => typeof item === 'string')
    case 'object':
      return isJsonObject(value)
    case 'objects':
      return Array.isArray(value)
    case 'raw':
    default:
      return true
  }
}

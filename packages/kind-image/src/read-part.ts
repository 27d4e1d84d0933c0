import {
  type Artifact,
  type Descriptor,
  isJsonObject,
  OcishError,
  parseJson,
  readPart as readLimited,
} from '@ocish/sdk'

/** Bytes of the largest configuration, envelope or document that is read to describe an artifact. */
export const maxPart: number = 16 * 1024 * 1024

/** A part as a whole, verified. Errors: LIMIT_EXCEEDED, those of the part. */
export function readPart(artifact: Artifact, part: Descriptor): Promise<Uint8Array> {
  return readLimited(artifact, part, { limit: maxPart })
}

/** A JSON object. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function parseObject(bytes: Uint8Array | string, what: string): Readonly<Record<string, unknown>> {
  const value = parseJson(bytes, { what, code: 'KIND_INPUT_INVALID', maxSize: maxPart })
  if (isJsonObject(value)) return value
  throw new OcishError('KIND_INPUT_INVALID', `${what} is no JSON object`)
}

/** A member that is an object; an empty one where it is something else. */
export function objectAt(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const member = isJsonObject(value) ? value[name] : undefined
  return isJsonObject(member) ? member : {}
}

/** A member that is text and says something. */
export function textAt(value: unknown, name: string): string | undefined {
  const member = isJsonObject(value) ? value[name] : undefined
  return typeof member === 'string' && member !== '' ? member : undefined
}

/** A member that is a list; an empty one where it is something else. */
export function listAt(value: unknown, name: string): readonly unknown[] {
  const member = isJsonObject(value) ? value[name] : undefined
  return Array.isArray(member) ? member : []
}

/** The texts in a member that is a list. */
export function textsAt(value: unknown, name: string): readonly string[] {
  return listAt(value, name).filter((item) => typeof item === 'string')
}

import { OcishError } from '@ocish/sdk'
import { aligned, offsetSize, parseVariantType, type VariantType } from './gvariant-type.ts'

/** A value with its type. */
export interface Variant {
  readonly type: string
  readonly value: VariantValue
}

/**
 * What a GVariant holds: 64-bit integers are bigints, `ay` is bytes, arrays, tuples and dictionary entries are lists in
 * their order, an empty maybe is null. Integers are little-endian, as written by every known producer.
 */
export type VariantValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | null
  | Variant
  | readonly VariantValue[]

const maxNesting = 16

/** Types that were taken apart; a repository's own are few, those inside of variants may be anything. */
const knownTypes = new Map<string, VariantType>()
const mostKnownTypes = 100

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes strictly: padding is zero, offsets grow and leave no gap, strings end in their only NUL, booleans are 0 or 1.
 * Nothing is replaced by a default, as GLib would. Errors: OSTREE_OBJECT_INVALID.
 */
export function decodeVariant(type: string, bytes: Uint8Array): VariantValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return decode(typeOf(type), buffer, 0)
}

function typeOf(text: string): VariantType {
  const known = knownTypes.get(text)
  if (known !== undefined) return known
  const type = parseVariantType(text)
  if (type === undefined) throw notNormal(`no type ${JSON.stringify(text.slice(0, 40))}`)
  if (knownTypes.size < mostKnownTypes) knownTypes.set(text, type)
  return type
}

function notNormal(why: string): OcishError {
  return new OcishError('OSTREE_OBJECT_INVALID', `not in GVariant's normal form: ${why}`)
}

function decode(type: VariantType, bytes: Buffer, depth: number): VariantValue {
  if (depth > maxNesting) throw notNormal(`nested deeper than ${maxNesting}`)
  if (type.fixed !== undefined && bytes.length !== type.fixed)
    throw notNormal(`${bytes.length} bytes for ${type.text}`)
  switch (type.form) {
    case 'array':
      return decodeArray(type, bytes, depth)
    case 'maybe':
      return decodeMaybe(type, bytes, depth)
    case 'tuple':
      return decodeTuple(type, bytes, depth)
    case 'basic':
      return decodeBasic(type.text, bytes, depth)
    default:
      return type.form satisfies never
  }
}

function decodeBasic(text: string, bytes: Buffer, depth: number): VariantValue {
  switch (text) {
    case 'y':
      return bytes.readUInt8()
    case 'b':
      if (bytes.readUInt8() > 1) throw notNormal('a boolean that is neither 0 nor 1')
      return bytes.readUInt8() === 1
    case 'n':
      return bytes.readInt16LE()
    case 'q':
      return bytes.readUInt16LE()
    case 'i':
    case 'h':
      return bytes.readInt32LE()
    case 'u':
      return bytes.readUInt32LE()
    case 'x':
      return bytes.readBigInt64LE()
    case 't':
      return bytes.readBigUInt64LE()
    case 'd':
      return bytes.readDoubleLE()
    case 'v':
      return decodeInner(bytes, depth)
    default:
      return decodeString(bytes)
  }
}

function decodeString(bytes: Buffer): string {
  if (bytes.indexOf(0) !== bytes.length - 1 || bytes.length === 0)
    throw notNormal('a string that does not end in its only NUL')
  return decodeUtf8(bytes.subarray(0, -1))
}

/** Errors: OSTREE_OBJECT_INVALID for bytes that are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw notNormal('text that is no UTF-8')
  }
}

function decodeInner(bytes: Buffer, depth: number): Variant {
  const nul = bytes.lastIndexOf(0)
  if (nul < 0) throw notNormal('a variant without its type')
  const type = typeOf(bytes.toString('latin1', nul + 1))
  return { type: type.text, value: decode(type, bytes.subarray(0, nul), depth + 1) }
}

function decodeMaybe(type: VariantType, bytes: Buffer, depth: number): VariantValue {
  const [element] = type.members
  if (element === undefined || bytes.length === 0) return null
  if (element.fixed !== undefined) return decode(element, bytes, depth + 1)
  if (bytes.at(-1) !== 0) throw notNormal('a maybe without its closing byte')
  return decode(element, bytes.subarray(0, -1), depth + 1)
}

function decodeArray(type: VariantType, bytes: Buffer, depth: number): VariantValue {
  const [element] = type.members
  if (element === undefined) return []
  if (element.text === 'y') return bytes
  if (bytes.length === 0) return []
  const values: VariantValue[] = []
  if (element.fixed !== undefined) {
    if (bytes.length % element.fixed !== 0) throw notNormal('an array that ends inside an element')
    for (let at = 0; at < bytes.length; at += element.fixed)
      values.push(decode(element, bytes.subarray(at, at + element.fixed), depth + 1))
    return values
  }
  const width = offsetSize(bytes.length)
  const table = readOffset(bytes, bytes.length - width, width)
  if (table >= bytes.length || (bytes.length - table) % width !== 0)
    throw notNormal('an offset table of the wrong size')
  let end = 0
  for (let at = table; at < bytes.length; at += width) {
    const start = skipPadding(bytes, end, element.alignment)
    end = readOffset(bytes, at, width)
    if (end < start || end > table) throw notNormal('offsets that do not grow')
    values.push(decode(element, bytes.subarray(start, end), depth + 1))
  }
  return values
}

function decodeTuple(type: VariantType, bytes: Buffer, depth: number): VariantValue {
  const { members } = type
  if (members.length === 0 && bytes[0] !== 0) throw notNormal('an empty tuple that is not zero')
  const width = offsetSize(bytes.length)
  const framed = members.slice(0, -1).filter((member) => member.fixed === undefined).length
  const limit = bytes.length - framed * width
  if (limit < 0) throw notNormal('a tuple without its offsets')
  let end = 0
  let offsetAt = bytes.length
  const values = members.map((member, index) => {
    const start = skipPadding(bytes, end, member.alignment)
    if (member.fixed !== undefined) end = start + member.fixed
    else if (index === members.length - 1) end = limit
    else {
      offsetAt -= width
      end = readOffset(bytes, offsetAt, width)
    }
    if (end < start || end > limit) throw notNormal('offsets that do not grow')
    return decode(member, bytes.subarray(start, end), depth + 1)
  })
  // A tuple of fixed members is padded to its own alignment.
  const closes = type.fixed === undefined ? end : skipPadding(bytes, end, type.alignment)
  if (members.length > 0 && closes !== limit) throw notNormal('bytes between the members and their offsets')
  return values
}

function skipPadding(bytes: Buffer, position: number, alignment: number): number {
  const start = aligned(position, alignment)
  let isZero = start <= bytes.length
  for (let at = position; isZero && at < start; at += 1) isZero = bytes[at] === 0
  if (!isZero) throw notNormal('padding that is not zero')
  return start
}

function readOffset(bytes: Buffer, at: number, width: number): number {
  if (at < 0) throw notNormal('an offset before the beginning')
  if (width === 8) {
    const offset = bytes.readBigUInt64LE(at)
    return offset > BigInt(bytes.length) ? Infinity : Number(offset)
  }
  return bytes.readUIntLE(at, width)
}

/** Encodes in normal form. Throws TypeError when the value does not fit the type: a mistake of the caller. */
export function encodeVariant(type: string, value: VariantValue): Buffer {
  const parsed = parseVariantType(type)
  if (parsed === undefined) throw new TypeError(`no GVariant type ${type}`)
  return encode(parsed, value)
}

function encode(type: VariantType, value: VariantValue): Buffer {
  if (type.form === 'basic') return encodeBasic(type.text, value)
  const [element] = type.members
  if (type.form === 'maybe' && element !== undefined) {
    if (value === null) return Buffer.alloc(0)
    const inner = encode(element, value)
    return element.fixed === undefined ? Buffer.concat([inner, Buffer.alloc(1)]) : inner
  }
  if (type.form === 'array' && element?.text === 'y' && value instanceof Uint8Array) return Buffer.from(value)
  if (!isList(value)) throw new TypeError(`a value that is no ${type.text}`)
  if (type.form === 'array' && element !== undefined)
    return encodeContainer(
      value.map(() => element),
      value,
      element.fixed === undefined ? value.length : 0,
      false,
    )
  const framed = type.members.slice(0, -1).filter((member) => member.fixed === undefined).length
  const body = encodeContainer(type.members, value, framed, true)
  return type.fixed === undefined ? body : Buffer.concat([body, Buffer.alloc(type.fixed - body.length)])
}

function isList(value: VariantValue): value is readonly VariantValue[] {
  return Array.isArray(value)
}

/** Members in their order, then `framed` end offsets of the variable ones; a tuple has them reversed. */
function encodeContainer(
  types: readonly VariantType[],
  values: readonly VariantValue[],
  framed: number,
  isTuple: boolean,
): Buffer {
  const pieces: Uint8Array[] = []
  const ends: number[] = []
  let length = 0
  for (const [index, type] of types.entries()) {
    const value = values[index]
    if (value === undefined) throw new TypeError('fewer values than members')
    const start = aligned(length, type.alignment)
    const piece = encode(type, value)
    pieces.push(Buffer.alloc(start - length), piece)
    length = start + piece.length
    if (type.fixed === undefined) ends.push(length)
  }
  const offsets = isTuple ? ends.slice(0, framed).toReversed() : ends
  return Buffer.concat([...pieces, encodeOffsets(offsets, length)])
}

/** End offsets in the smallest width that suffices for the container together with them. */
export function encodeOffsets(ends: readonly number[], length: number): Buffer {
  let width = 1
  while (offsetSize(length + ends.length * width) > width) width *= 2
  const bytes = Buffer.alloc(ends.length * width)
  for (const [index, end] of ends.entries()) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(end), index * width)
    else bytes.writeUIntLE(end, index * width, width)
  }
  return bytes
}

function encodeBasic(text: string, value: VariantValue): Buffer {
  if (typeof value === 'string') return Buffer.from(`${value}\0`)
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0])
  if (text === 'v' && typeof value === 'object' && value !== null && 'type' in value)
    return Buffer.concat([encodeVariant(value.type, value.value), Buffer.from(`\0${value.type}`)])
  const bytes = Buffer.alloc(8)
  if (typeof value === 'bigint' && (text === 'x' || text === 't')) {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
    return bytes
  }
  if (typeof value !== 'number') throw new TypeError(`a value that is no ${text}`)
  if (text === 'd') bytes.writeDoubleLE(value)
  const width = { y: 1, n: 2, q: 2, i: 4, u: 4, h: 4, d: 8 }[text]
  if (width === undefined) throw new TypeError(`a number for ${text}`)
  if (text !== 'd') bytes.writeUInt32LE(value >>> 0)
  return bytes.subarray(0, width)
}

/** OSTree stores the integers of its own schemas big-endian, inside a format that is little-endian (ostree.md §4). */
export function swap32(value: number): number {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes.readUInt32BE()
}

/** As `swap32`, of 64 bits. */
export function swap64(value: bigint): bigint {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes.readBigUInt64BE()
}

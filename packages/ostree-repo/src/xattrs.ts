import { OcishError } from '@ocish/sdk'
import { decodeUtf8, decodeVariant, encodeVariant } from './gvariant.ts'
import type { RepoLimits } from './limits.ts'

/** Extended attributes by name, sorted by bytes. */
export type Xattrs = ReadonlyMap<string, Uint8Array>

const type = 'a(ayay)'

/** Reads an `a(ayay)`; names carry a NUL. Errors: OSTREE_OBJECT_INVALID. */
export function decodeXattrs(bytes: Uint8Array, limits: RepoLimits): Xattrs {
  if (bytes.length === 0) return new Map()
  const pairs = decodeVariant(type, bytes) as readonly (readonly [Uint8Array, Uint8Array])[]
  if (pairs.length > limits.xattrs) throw invalid(`more than ${limits.xattrs} extended attributes`)
  const found = new Map<string, Uint8Array>()
  for (const [raw, value] of pairs) {
    const name = decodeName(raw)
    if (found.has(name)) throw invalid(`the extended attribute ${name} twice`)
    if (value.length > limits.xattrValue) throw invalid(`an extended attribute of ${value.length} bytes`)
    found.set(name, value)
  }
  return sortedXattrs(found)
}

function decodeName(raw: Uint8Array): string {
  const nul = raw.indexOf(0)
  if (nul < 1 || nul !== raw.length - 1 || nul > 255 || raw.includes(0x3d))
    throw invalid('an extended attribute whose name is not one')
  return decodeUtf8(raw.subarray(0, nul))
}

/** Writes an `a(ayay)`, sorted by the bytes of the names. */
export function encodeXattrs(xattrs: Xattrs): Buffer {
  const pairs = [...sortedXattrs(xattrs)].map(([name, value]) => [Buffer.from(`${name}\0`), value] as const)
  return encodeVariant(type, pairs)
}

/** The same attributes in the order in which they are hashed and written. */
export function sortedXattrs(xattrs: Xattrs): Xattrs {
  return new Map([...xattrs].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
}

function invalid(what: string): OcishError {
  return new OcishError('OSTREE_OBJECT_INVALID', `an object with ${what}`)
}

import { OcishError } from '@ocish/sdk'

/** What is read of CBOR (RFC 8949): integers, strings, lists, maps, simple values; tags are left out. */
export type Cbor =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly Cbor[]
  | ReadonlyMap<number | string, Cbor>

const maxDepth = 16

/** Reads one item of definite length. Errors: KIND_INPUT_INVALID. */
export function parseCbor(bytes: Uint8Array): Cbor {
  return new Reader(bytes).item(0)
}

class Reader {
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  item(depth: number): Cbor {
    if (depth > maxDepth) throw invalid()
    const first = this.#take(1).getUint8(0)
    const major = first >> 5
    const extra = first & 31
    if (major === 7) return simple(extra)
    const argument = this.#argument(extra)
    switch (major) {
      case 0:
        return argument
      case 1:
        return -1 - argument
      case 2:
        return this.#bytes(argument)
      case 3:
        return new TextDecoder().decode(this.#bytes(argument))
      case 4:
        return Array.from({ length: this.#count(argument) }, () => this.item(depth + 1))
      case 5:
        return this.#map(this.#count(argument), depth)
      default:
        return this.item(depth + 1)
    }
  }

  #map(count: number, depth: number): ReadonlyMap<number | string, Cbor> {
    const map = new Map<number | string, Cbor>()
    for (let index = 0; index < count; index += 1) {
      const key = this.item(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string') throw invalid()
      map.set(key, this.item(depth + 1))
    }
    return map
  }

  #argument(extra: number): number {
    if (extra < 24) return extra
    if (extra > 27) throw invalid()
    const view = this.#take(2 ** (extra - 24))
    if (extra === 24) return view.getUint8(0)
    if (extra === 25) return view.getUint16(0)
    return extra === 26 ? view.getUint32(0) : Number(view.getBigUint64(0))
  }

  /** Every member takes a byte at least: a count that is larger is a lie. */
  #count(count: number): number {
    if (count > this.#view.byteLength - this.#at) throw invalid()
    return count
  }

  #bytes(length: number): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.#take(length)
    return new Uint8Array(buffer, byteOffset, byteLength)
  }

  #take(length: number): DataView {
    if (!Number.isSafeInteger(length) || length > this.#view.byteLength - this.#at) throw invalid()
    const view = new DataView(this.#view.buffer, this.#view.byteOffset + this.#at, length)
    this.#at += length
    return view
  }
}

function simple(extra: number): Cbor {
  if (extra === 20 || extra === 21) return extra === 21
  if (extra === 22 || extra === 23) return null
  throw invalid()
}

function invalid(): OcishError<'KIND_INPUT_INVALID'> {
  return new OcishError('KIND_INPUT_INVALID', 'the envelope is no CBOR that a signature may have')
}

import type { Gunzip, ZstdDecompress } from 'node:zlib'
import { type Bytes, createDigester, type Digester, OcishError } from '@ocish/sdk'

/** What was learnt from bytes that went by. */
export interface Measure {
  readonly digest: string
  readonly size: number
  /** Digest of the uncompressed bytes; that of the bytes themselves where the media type names no compression. */
  readonly diffId: string
}

/** Passes bytes on and measures them; `result` answers once the last byte has gone by. */
export interface Measuring {
  pass(bytes: Bytes): Bytes
  result(): Promise<Measure>
}

/** `withDiffId`: also decompress what the media type says is compressed. Errors: KIND_INPUT_INVALID (it is not). */
export function createMeasuring(mediaType: string, withDiffId: boolean): Measuring {
  let measured: { readonly digest: string; readonly size: number } | undefined
  let expansion: Expansion | undefined
  return {
    async *pass(bytes) {
      const digester = createDigester()
      let size = 0
      expansion = withDiffId ? expansionOf(mediaType) : undefined
      try {
        for await (const chunk of bytes) {
          digester.update(chunk)
          size += chunk.length
          await expansion?.write(chunk)
          yield chunk
        }
      } finally {
        expansion?.end()
      }
      measured = { digest: digester.digest(), size }
    },
    async result() {
      if (measured === undefined) throw new TypeError('the bytes have not been read to their end')
      return { ...measured, diffId: (await expansion?.digest()) ?? measured.digest }
    },
  }
}

interface Expansion {
  write(chunk: Uint8Array): Promise<void>
  end(): void
  digest(): Promise<string>
}

function expansionOf(mediaType: string): Expansion | undefined {
  const zlib = process.getBuiltinModule('node:zlib')
  const options = { chunkSize: 256 * 1024 }
  if (/[+.]gzip$/.test(mediaType)) return expand(zlib.createGunzip(options), mediaType)
  return /[+.]zstd$/.test(mediaType) ? expand(zlib.createZstdDecompress(options), mediaType) : undefined
}

function expand(stream: Gunzip | ZstdDecompress, mediaType: string): Expansion {
  const digested = digestOfStream(stream)
  // Reported by `digest`; nobody may be waiting for it yet.
  digested.catch(() => undefined)
  return {
    async write(chunk) {
      if (stream.destroyed || stream.write(chunk)) return
      await drained(stream)
    },
    end() {
      stream.end()
    },
    async digest() {
      return digested.catch((cause: unknown) => {
        throw new OcishError('KIND_INPUT_INVALID', `a part of type ${mediaType} is not compressed that way`, {
          cause,
        })
      })
    },
  }
}

/** Waits until the stream takes more, or never will. */
async function drained(stream: Gunzip | ZstdDecompress): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}

async function digestOfStream(stream: Gunzip | ZstdDecompress): Promise<string> {
  const digester: Digester = createDigester()
  for await (const chunk of stream as AsyncIterable<Uint8Array>) digester.update(chunk)
  return digester.digest()
}

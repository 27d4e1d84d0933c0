import type { HeaderFields, IncomingResponse } from './transport.ts'
import type { Body } from './body.ts'
import { limitExceeded } from './limits.ts'

/** A final answer: what `url` said after redirects, sign-in and retries. */
export class Answer {
  readonly status: number
  /** The address that gave it; addresses in its headers are relative to this one. */
  readonly url: URL
  readonly body: Body
  /** Which attempt brought it, from 1. */
  readonly attempt: number
  readonly #headers: HeaderFields

  constructor(response: IncomingResponse, url: URL, attempt: number) {
    this.status = response.status
    this.url = url
    this.body = response.body
    this.attempt = attempt
    this.#headers = response.headers
  }

  /** All lines of a header; `name` in lower case. */
  all(name: string): readonly string[] {
    return headerLines(this.#headers, name)
  }

  /** The first line of a header, trimmed. */
  first(name: string): string | undefined {
    return this.all(name)[0]?.trim()
  }

  /** Content-Length; undefined when there is none or it is no number. */
  get length(): number | undefined {
    return decimal(this.first('content-length'))
  }

  /** Seconds in a shared cache, of the `Age` header. */
  get age(): number | undefined {
    return decimal(this.first('age'))
  }

  /**
   * The whole body, at most `limit` bytes and within `seconds`. Errors: LIMIT_EXCEEDED naming `what`, and the transport's.
   */
  async bytes(what: string, limit: number, seconds: number): Promise<Uint8Array> {
    if ((this.length ?? 0) > limit) {
      this.body.destroy()
      throw limitExceeded(what, limit)
    }
    const timer = setTimeout(() => this.body.destroy(tooSlow()), seconds * 1000)
    try {
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of this.body) {
        size += chunk.length
        if (size > limit) throw limitExceeded(what, limit)
        chunks.push(chunk)
      }
      return chunks.length === 1 && chunks[0] !== undefined
        ? new Uint8Array(chunks[0])
        : Buffer.concat(chunks)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** A header may come once, several times or not at all. */
export function headerLines(headers: HeaderFields, name: string): readonly string[] {
  const value = headers[name]
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** A non-negative whole number below 2^53. */
export function decimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

function tooSlow(): Error {
  return Object.assign(new Error('the answer took too long'), { code: 'UND_ERR_BODY_TIMEOUT' })
}

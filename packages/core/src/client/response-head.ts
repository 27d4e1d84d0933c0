import type { HeaderFields } from './transport.ts'

/** Status and headers of an answer, and where its body begins. */
export interface ResponseHead {
  readonly status: number
  readonly headers: HeaderFields
  /** Bytes of the head. */
  readonly length: number
  /** Another request may follow on the connection. */
  readonly isKept: boolean
}

const end = Buffer.from('\r\n\r\n')
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\r\n\0]*)?$/
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)$/

/**
 * Reads the head of a final HTTP/1.1 answer, past interim ones; undefined while it is not all there. Strict: what is not
 * of the form of RFC 9112 is an error with the code HPE_INVALID.
 */
export function parseResponseHead(bytes: Uint8Array): ResponseHead | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let start = 0; ;) {
    const at = buffer.indexOf(end, start)
    if (at < 0) return undefined
    const [first = '', ...lines] = buffer.toString('latin1', start, at).split('\r\n')
    const [, minor, code] = statusLine.exec(first) ?? []
    const status = Number(code ?? Number.NaN)
    if (Number.isNaN(status)) throw invalid('its first line is no status')
    start = at + end.length
    if (status < 200) continue
    const headers = parseHeaders(lines)
    const isKept = minor === '1' && !/\bclose\b/i.test(String(headers['connection'] ?? ''))
    return { status, headers, length: start, isKept }
  }
}

function parseHeaders(lines: readonly string[]): HeaderFields {
  const headers: Record<string, string | string[]> = Object.create(null)
  for (const line of lines) {
    const [, name, value] = headerLine.exec(line) ?? []
    if (name === undefined || value === undefined) throw invalid('a header is none')
    const key = name.toLowerCase()
    const before = headers[key]
    const text = value.trimEnd()
    headers[key] = before === undefined ? text : [...(typeof before === 'string' ? [before] : before), text]
  }
  return headers
}

function invalid(reason: string): Error {
  return Object.assign(new Error(`the answer is not HTTP: ${reason}`), { code: 'HPE_INVALID' })
}

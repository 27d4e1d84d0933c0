import { headerLines, decimal } from './answer.ts'
import { Incoming } from './incoming.ts'
import { networkCode } from './network-error.ts'
import { parseResponseHead, type ResponseHead } from './response-head.ts'
import { isPassing } from './retry.ts'
import { SlabBody } from './slab-body.ts'
import type { SlabReader, Slabs, SlabSocket, SlabSockets } from './slab-sockets.ts'
import type { IncomingResponse, OutgoingRequest } from './transport.ts'

/** Seconds. */
interface Deadlines {
  readonly headers: number
  readonly bodyIdle: number
}

/**
 * A GET whose body is read into slabs, over a socket that another one has left or over a new one. Undefined: the answer
 * is not of the plain sort (200 or 206, or a small error, with Content-Length), and has to be asked for in the usual way.
 */
export async function requestBySlabs(
  sockets: SlabSockets,
  request: OutgoingRequest,
  deadlines: Deadlines,
): Promise<IncomingResponse | undefined> {
  const { url, signal } = request
  const head = headOf(request)
  const idle = sockets.idle(url)
  if (idle !== undefined) {
    const exchange = new SlabExchange(idle, sockets.slabs, deadlines, signal)
    try {
      return await exchange.run(head)
    } catch (error) {
      // The server may have closed it while nobody looked.
      if (exchange.hasHeard || signal?.aborted === true || !isBroken(error)) throw error
    }
  }
  const socket = await sockets.open(url, signal)
  return await new SlabExchange(socket, sockets.slabs, deadlines, signal).run(head)
}

class SlabExchange implements SlabReader {
  readonly #socket: SlabSocket
  readonly #slabs: Slabs
  readonly #deadlines: Deadlines
  readonly #signal: AbortSignal | undefined
  readonly #done = Promise.withResolvers<IncomingResponse | undefined>()
  readonly #onAbort = (): void => this.failed(this.#signal?.reason)
  #head: ResponseHead | undefined
  #fill = 0
  #body: SlabBody | undefined
  #timer: NodeJS.Timeout | undefined
  #heard = 0

  constructor(socket: SlabSocket, slabs: Slabs, deadlines: Deadlines, signal: AbortSignal | undefined) {
    this.#socket = socket
    this.#slabs = slabs
    this.#deadlines = deadlines
    this.#signal = signal
  }

  /** Whether anything of the answer came. */
  get hasHeard(): boolean {
    return this.#fill > 0
  }

  run(head: string): Promise<IncomingResponse | undefined> {
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#socket.ask(head, this)
    if (this.#signal?.aborted === true) this.#onAbort()
    this.#heard = performance.now()
    this.#watch(this.#deadlines.headers)
    return this.#done.promise
  }

  room(): Uint8Array {
    return this.#body?.room() ?? this.#socket.landing.subarray(this.#fill)
  }

  received(count: number): boolean {
    this.#heard = performance.now()
    if (this.#body !== undefined) return this.#body.received(count)
    this.#fill += count
    try {
      return this.#readHead()
    } catch (error) {
      this.failed(error)
      return false
    }
  }

  ended(): void {
    if (this.#body !== undefined) this.#body.end()
    // An error whose body breaks off is still that error.
    else if (this.#head !== undefined) this.#finish(this.#small(this.#head, this.#fill - this.#head.length))
    else this.failed(Object.assign(new Error('the other side closed'), { code: 'UND_ERR_SOCKET' }))
  }

  failed(error: unknown): void {
    this.#body?.end(error)
    this.#done.reject(error)
    this.#over(false)
  }

  /** Errors: HPE_INVALID, UND_ERR_HEADERS_OVERFLOW. */
  #readHead(): boolean {
    const { landing } = this.#socket
    this.#head ??= parseResponseHead(landing.subarray(0, this.#fill))
    const head = this.#head
    if (head === undefined) {
      if (this.#fill === landing.length) throw overflow()
      return true
    }
    const length = plainLength(head)
    if (length !== undefined && (head.status === 200 || head.status === 206)) return this.#begin(head, length)
    // Asking again at once is what such an answer forbids; its head says how long to wait.
    if (length === undefined && isPassing(head.status)) this.#finish(this.#small(head, 0))
    else if (length === undefined || length > landing.length - head.length) this.#finish(undefined)
    else if (this.#fill - head.length >= length) this.#finish(this.#small(head, length))
    return true
  }

  #begin(head: ResponseHead, length: number): boolean {
    const body = new SlabBody(length, this.#socket.landing.subarray(head.length, this.#fill), this.#slabs, {
      resume: () => this.#socket.resume(),
      over: (isWhole) => this.#over(isWhole && head.isKept),
    })
    this.#body = body
    clearTimeout(this.#timer)
    if (!body.hasEnded) this.#watch(this.#deadlines.bodyIdle)
    this.#done.resolve({ status: head.status, headers: head.headers, body })
    return !body.isPaused
  }

  /** Redirects and errors: the whole of them is here. */
  #small({ status, headers, length: start }: ResponseHead, length: number): IncomingResponse {
    const body = new Incoming({ pause() {}, resume() {}, abort() {} })
    if (length > 0) body.push(this.#socket.landing.slice(start, start + length))
    body.end()
    return { status, headers, body }
  }

  #finish(response: IncomingResponse | undefined): void {
    this.#done.resolve(response)
    this.#over(false)
  }

  #over(isKept: boolean): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    if (isKept) this.#socket.release()
    else this.#socket.destroy()
  }

  /** One timer for all reads: it looks again when something came meanwhile. */
  #watch(seconds: number): void {
    this.#timer = setTimeout(() => {
      const allowed = this.#body === undefined ? this.#deadlines.headers : this.#deadlines.bodyIdle
      if (this.#body?.isPaused === true) this.#heard = performance.now()
      const rest = allowed - (performance.now() - this.#heard) / 1000
      if (rest > 0) this.#watch(rest)
      else this.failed(tooLate(this.#body !== undefined))
    }, seconds * 1000)
  }
}

/** Errors: TypeError (a header that would break the request). */
function headOf({ method, url, headers }: OutgoingRequest): string {
  const fields = { host: url.host, ...headers }
  const lines = Object.entries(fields).map(([name, value]) => {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError(`the header ${name} cannot be sent`)
    return `${name}: ${value}\r\n`
  })
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** Undefined: the body is coded in some way, or its end is not known before it. */
function plainLength({ headers }: ResponseHead): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined
  const lengths = new Set(headerLines(headers, 'content-length'))
  return lengths.size === 1 ? decimal([...lengths][0]) : undefined
}

/** Whether the connection broke, which one that lay idle may do at any time. */
function isBroken(error: unknown): boolean {
  return /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(networkCode(error) ?? '')
}

function overflow(): Error {
  return Object.assign(new Error('the headers are too long'), { code: 'UND_ERR_HEADERS_OVERFLOW' })
}

function tooLate(hasBegun: boolean): Error {
  const code = hasBegun ? 'UND_ERR_BODY_TIMEOUT' : 'UND_ERR_HEADERS_TIMEOUT'
  return Object.assign(new Error('the answer took too long'), { code })
}

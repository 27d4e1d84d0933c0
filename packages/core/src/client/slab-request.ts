import type { Socket } from 'node:net'
import { headerLines, decimal } from './answer.ts'
import { Incoming } from './incoming.ts'
import { isPassing } from './retry.ts'
import { parseResponseHead, type ResponseHead } from './response-head.ts'
import { SlabBody, slabSize } from './slab-body.ts'
import type { IncomingResponse, OutgoingRequest } from './transport.ts'

/** Opens a socket that reads as `onread` says (node:net). */
export type SlabConnect = (onread: OnRead) => Promise<Socket>

/** The option `onread` of `net.connect`: memory of ours for what arrives. */
export interface OnRead {
  readonly buffer: () => Uint8Array
  readonly callback: (count: number) => boolean
}

/** Seconds. */
interface Deadlines {
  readonly headers: number
  readonly bodyIdle: number
}

/** Bodies of answers that are no content: they are errors, and small. */
const smallBody = 64 * 1024
const maxHead = 64 * 1024

/**
 * A GET over a socket of its own whose body is read into slabs. Undefined: the answer is not of the plain sort (200 or
 * 206, or a small error, with Content-Length), and has to be asked for in the usual way.
 */
export async function requestBySlabs(
  connect: SlabConnect,
  request: OutgoingRequest,
  deadlines: Deadlines,
): Promise<IncomingResponse | undefined> {
  const exchange = new SlabExchange(deadlines, request.signal)
  const socket = await connect(exchange.onread)
  return await exchange.run(socket, headOf(request))
}

class SlabExchange {
  readonly onread: OnRead
  readonly #deadlines: Deadlines
  readonly #signal: AbortSignal | undefined
  readonly #done = Promise.withResolvers<IncomingResponse | undefined>()
  #socket: Socket | undefined
  #head: ResponseHead | undefined
  #slab: Uint8Array = Buffer.allocUnsafeSlow(slabSize)
  #fill = 0
  #body: SlabBody | undefined
  #timer: NodeJS.Timeout | undefined
  #heard = 0

  constructor(deadlines: Deadlines, signal: AbortSignal | undefined) {
    this.#deadlines = deadlines
    this.#signal = signal
    // `this` of the callbacks differs between runtimes.
    this.onread = {
      buffer: () => this.#body?.room() ?? this.#slab.subarray(this.#fill),
      callback: (count) => this.#received(count),
    }
  }

  run(socket: Socket, head: string): Promise<IncomingResponse | undefined> {
    this.#socket = socket
    const onAbort = (): void => this.#fail(this.#signal?.reason)
    this.#signal?.addEventListener('abort', onAbort, { once: true })
    socket.on('error', (error) => this.#fail(error))
    socket.on('end', () => this.#ended())
    socket.on('close', () => {
      this.#ended()
      clearTimeout(this.#timer)
      this.#signal?.removeEventListener('abort', onAbort)
    })
    if (this.#signal?.aborted === true) onAbort()
    else socket.write(head, 'latin1')
    this.#heard = performance.now()
    this.#watch(this.#deadlines.headers)
    return this.#done.promise
  }

  #received(count: number): boolean {
    this.#heard = performance.now()
    if (this.#body !== undefined) return this.#body.received(count)
    this.#fill += count
    try {
      return this.#readHead()
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** Errors: HPE_INVALID, UND_ERR_HEADERS_OVERFLOW. */
  #readHead(): boolean {
    this.#head ??= parseResponseHead(this.#slab.subarray(0, this.#fill))
    const head = this.#head
    if (head === undefined) {
      if (this.#fill > maxHead) throw overflow()
      return true
    }
    const length = plainLength(head)
    if (length !== undefined && (head.status === 200 || head.status === 206)) {
      const socket = this.#socket as Socket
      const body = new SlabBody(socket, length, this.#slab, head.length, this.#fill)
      this.#body = body
      clearTimeout(this.#timer)
      this.#watch(this.#deadlines.bodyIdle)
      this.#done.resolve({ status: head.status, headers: head.headers, body })
      return !body.isPaused
    }
    // Asking again at once is what such an answer forbids; its head says how long to wait.
    if (length === undefined && isPassing(head.status)) this.#finish(this.#small(head, 0))
    else if (length === undefined || length > smallBody) this.#finish(undefined)
    else if (this.#fill - head.length >= length) this.#finish(this.#small(head, length))
    return true
  }

  /** Redirects and errors: the whole of them is here. */
  #small({ status, headers, length: start }: ResponseHead, length: number): IncomingResponse {
    const body = new Incoming({ pause() {}, resume() {}, abort() {} })
    if (length > 0) body.push(this.#slab.slice(start, start + length))
    body.end()
    return { status, headers, body }
  }

  #ended(): void {
    if (this.#body !== undefined) this.#body.end()
    // An error whose body breaks off is still that error.
    else if (this.#head !== undefined) this.#finish(this.#small(this.#head, this.#fill - this.#head.length))
    else this.#fail(Object.assign(new Error('the other side closed'), { code: 'UND_ERR_SOCKET' }))
  }

  #finish(response: IncomingResponse | undefined): void {
    this.#done.resolve(response)
    this.#socket?.destroy()
  }

  #fail(error: unknown): void {
    this.#body?.end(error)
    this.#done.reject(error)
    this.#socket?.destroy()
  }

  /** One timer for all reads: it looks again when something came meanwhile. */
  #watch(seconds: number): void {
    this.#timer = setTimeout(() => {
      const allowed = this.#body === undefined ? this.#deadlines.headers : this.#deadlines.bodyIdle
      if (this.#body?.isPaused === true) this.#heard = performance.now()
      const rest = allowed - (performance.now() - this.#heard) / 1000
      if (rest > 0) this.#watch(rest)
      else this.#fail(tooLate(this.#body !== undefined))
    }, seconds * 1000)
  }
}

/** Errors: TypeError (a header that would break the request). */
function headOf({ method, url, headers }: OutgoingRequest): string {
  const fields = { host: url.host, connection: 'close', ...headers }
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

function overflow(): Error {
  return Object.assign(new Error('the headers are too long'), { code: 'UND_ERR_HEADERS_OVERFLOW' })
}

function tooLate(hasBegun: boolean): Error {
  const code = hasBegun ? 'UND_ERR_BODY_TIMEOUT' : 'UND_ERR_HEADERS_TIMEOUT'
  return Object.assign(new Error('the answer took too long'), { code })
}

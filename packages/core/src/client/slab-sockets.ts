import type { Socket } from 'node:net'

/** The option `onread` of `net.connect`: memory of ours for what arrives. */
export interface OnRead {
  readonly buffer: () => Uint8Array
  readonly callback: (count: number) => boolean
}

/** Opens a socket that reads as `onread` says (node:net). Rejects with the reason of `signal`. */
export type SlabConnect = (url: URL, onread: OnRead, signal: AbortSignal | undefined) => Promise<Socket>

/** Whoever reads a socket at present. */
export interface SlabReader {
  /** Where the next bytes are to be put; never empty. */
  room(): Uint8Array
  /** So many bytes were put into `room()`; false: no more, please. */
  received(count: number): boolean
  /** The other side closed. */
  ended(): void
  failed(error: unknown): void
}

/** Bytes of one slab: many reads fill it, and it is hashed and written once. */
export const slabSize: number = 1024 * 1024
/** Bytes of a head, and of what came with it. */
const landingSize = 64 * 1024
const mostSpare = 16
/** Milliseconds that a socket may lie idle; servers close theirs after five seconds and more. */
const idleLife = 4000

/** Memory for bodies, used again and again by all of one client. */
export class Slabs {
  readonly #spare: Uint8Array[] = []

  take(): Uint8Array {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(slabSize)
  }

  give(slab: Uint8Array): void {
    if (this.#spare.length < mostSpare) this.#spare.push(slab)
  }
}

/** A socket that is read into memory of ours, by one reader after the other. */
export class SlabSocket {
  /**
   * What arrives first: Node asks for the memory of a read when the read before it is over, so that the head of an answer
   * comes to lie here whoever reads it.
   */
  readonly landing: Uint8Array = Buffer.allocUnsafeSlow(landingSize)
  readonly onread: OnRead
  #socket: Socket | undefined
  #reader: SlabReader | undefined
  #whenIdle: (() => void) | undefined

  constructor() {
    // `this` of the callbacks differs between runtimes.
    this.onread = {
      buffer: () => this.#reader?.room() ?? this.landing,
      callback: (count) => this.#reader?.received(count) ?? this.#unasked(),
    }
  }

  /** The socket is there; `whenIdle` is called each time a reader has left it in order. */
  connected(socket: Socket, whenIdle: () => void): void {
    this.#socket = socket
    this.#whenIdle = whenIdle
    socket.on('error', (error) => this.#reader?.failed(error))
    socket.on('end', () => this.#reader?.ended())
    socket.on('close', () => this.#reader?.ended())
    socket.on('timeout', () => socket.destroy())
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === 'open'
  }

  /** Sends the head of a request; `reader` gets what comes. */
  ask(head: string, reader: SlabReader): void {
    this.#reader = reader
    this.#socket?.ref()
    this.#socket?.setTimeout(0)
    this.#socket?.write(head, 'latin1')
  }

  resume(): void {
    this.#socket?.resume()
  }

  /** The answer was read to its end, and another request may follow it. */
  release(): void {
    this.#reader = undefined
    this.#socket?.resume()
    this.#socket?.unref()
    this.#socket?.setTimeout(idleLife)
    this.#whenIdle?.()
  }

  destroy(): void {
    this.#socket?.destroy()
  }

  #unasked(): boolean {
    this.destroy()
    return false
  }
}

/** The sockets of one client that are read into slabs, and those among them that lie idle. */
export class SlabSockets {
  readonly slabs: Slabs = new Slabs()
  readonly #connect: SlabConnect
  readonly #open = new Set<SlabSocket>()
  readonly #idle = new Map<string, SlabSocket[]>()

  constructor(connect: SlabConnect) {
    this.#connect = connect
  }

  /** One to the origin of `url` that another answer has left. */
  idle({ origin }: URL): SlabSocket | undefined {
    const idle = this.#idle.get(origin) ?? []
    for (let socket = idle.pop(); socket !== undefined; socket = idle.pop()) if (socket.isOpen) return socket
    return undefined
  }

  async open(url: URL, signal: AbortSignal | undefined): Promise<SlabSocket> {
    const made = new SlabSocket()
    const socket = await this.#connect(url, made.onread, signal)
    this.#open.add(made)
    socket.once('close', () => {
      this.#open.delete(made)
      const idle = this.#idle.get(url.origin) ?? []
      if (idle.includes(made)) idle.splice(idle.indexOf(made), 1)
    })
    made.connected(socket, () => {
      this.#idle.set(url.origin, [...(this.#idle.get(url.origin) ?? []), made])
    })
    return made
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
    this.#idle.clear()
  }
}

/** One end of a conversation between two processes; both ends run this code. */
export interface Peer {
  /** Takes a message of the other end, as it was sent. Throws for one that makes no sense. */
  receive(message: unknown): void
  /** Calls what the other end shows as its root: `call('read', artifact)`. Await it, or iterate it. */
  call(name: string, ...args: readonly unknown[]): Remote
  /** Everything that is open fails with this. */
  close(error: Error): void
  /** Answers that this end waits for, and answers that it owes. */
  state(): { readonly waiting: number; readonly owing: number }
}

/** What a call of the other end gives: a promise of its result, or the iteration of it. */
export interface Remote extends PromiseLike<unknown>, AsyncIterable<unknown> {}

/** What an end of a conversation needs of its process. */
export interface PeerOptions {
  readonly send: (message: object) => void
  /** What the other end may call by name. */
  readonly root: Readonly<Record<string, (...args: readonly never[]) => unknown>>
  readonly encodeError: (error: unknown) => object
  readonly decodeError: (error: Readonly<Record<string, unknown>>) => Error
}

/** JSON of the other end, or what becomes of it: its form is looked at where it is used. */
type Any = any
type Callable = (...args: Any[]) => unknown

/** An iteration of this end that the other one reads. */
interface Outgoing {
  readonly iterator: AsyncIterator<unknown>
  /** Items that the other end has asked for. */
  credit: number
  busy: boolean
  /** The rest of an item that was too long for one message. */
  readonly rest: Any[]
}

/** An iteration of the other end that this one reads. */
interface Incoming {
  readonly items: Any[]
  /** Items that were asked for and have not come. */
  granted: number
  /** Items that may be under way; one, until the items are bytes. */
  window: number
  wake: (() => void) | undefined
  end: { readonly value?: unknown; readonly failure?: Error } | undefined
}

/**
 * Calls across a channel of JSON messages: arguments and results are data, byte arrays, functions (called back across
 * the channel), abort signals and asynchronous iterations. The reader of an iteration grants credit: for one item, so that
 * nobody is ahead of who reads, and for eight when they are bytes. It uses nothing but its options, since its text is what
 * the child process runs.
 */
export class ChannelPeer implements Peer {
  /** Items of bytes that may be under way. */
  readonly #mostCredit = 8
  /** Bytes of one item. */
  readonly #longest = 1 << 20
  readonly #options: PeerOptions
  readonly #functions = new Map<number, Callable>()
  readonly #outgoing = new Map<number, Outgoing>()
  readonly #incoming = new Map<number, Incoming>()
  readonly #calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  readonly #signals = new Map<number, AbortController>()
  /** The last number that this end gave away. */
  #last = 0
  #owing = 0
  #closed: Error | undefined

  constructor(options: PeerOptions) {
    this.#options = options
  }

  call(name: string, ...args: readonly unknown[]): Remote {
    return this.#request({ t: 'call', name }, args)
  }

  receive(message: Any): void {
    const { t, id } = message
    if (typeof id !== 'number') throw new TypeError('a message without a number')
    switch (t) {
      case 'call':
        void this.#serve(id, this.#target(message), message.args)
        return
      case 'done':
        this.#calls.get(id)?.resolve(this.#decode(message.value))
        this.#calls.delete(id)
        return
      case 'fail':
        this.#calls.get(id)?.reject(this.#options.decodeError(message.error))
        this.#calls.delete(id)
        return
      case 'credit':
        this.#granted(id, Number(message.n))
        return
      case 'item':
        this.#came(id, message.value)
        return
      case 'end':
        this.#ended(id, { value: this.#decode(message.value) })
        return
      case 'stop':
        this.#ended(id, { failure: this.#options.decodeError(message.error) })
        return
      case 'return':
        this.#left(id)
        return
      case 'abort':
        this.#signals.get(id)?.abort()
        this.#signals.delete(id)
        return
      default:
        throw new TypeError('a message of no known form')
    }
  }

  close(error: Error): void {
    this.#closed ??= error
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
    for (const id of this.#incoming.keys()) this.#ended(id, { failure: error })
    for (const id of this.#outgoing.keys()) this.#left(id)
  }

  state(): { readonly waiting: number; readonly owing: number } {
    const unread = [...this.#incoming.values()].filter(
      ({ granted, items }) => granted > 0 && items.length === 0,
    )
    return { waiting: this.#calls.size + unread.length, owing: this.#owing }
  }

  #number(): number {
    this.#last += 1
    return this.#last
  }

  #request(what: object, args: readonly unknown[]): Remote {
    const promise = new Promise<unknown>((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(this.#closed)
        return
      }
      const id = this.#number()
      this.#calls.set(id, { resolve, reject })
      // JSON would make null of what is absent at the end, and no default would be taken.
      const given = args.slice(0, args.findLastIndex((value) => value !== undefined) + 1)
      this.#options.send({ ...what, id, args: given.map((value) => this.#encode(value)) })
    })
    // It may be iterated instead of awaited, or neither.
    promise.catch(() => undefined)
    return {
      // oxlint-disable-next-line unicorn/no-thenable
      then: promise.then.bind(promise),
      async *[Symbol.asyncIterator]() {
        return yield* (await promise) as AsyncIterable<unknown>
      },
    }
  }

  #target({ name, fn }: Any): Callable | undefined {
    if (name === undefined) return this.#functions.get(fn)
    const { root } = this.#options
    return Object.hasOwn(root, name) ? (root[name] as Callable) : undefined
  }

  async #serve(id: number, target: Callable | undefined, args: readonly Any[]): Promise<void> {
    const { send, encodeError } = this.#options
    this.#owing += 1
    try {
      if (target === undefined) throw new Error('there is no such function')
      const value = await target(...args.map((arg) => this.#decode(arg)))
      send({ t: 'done', id, value: this.#encode(value) })
    } catch (error) {
      send({ t: 'fail', id, error: encodeError(error) })
    } finally {
      this.#owing -= 1
    }
  }

  #encode(value: Any): Any {
    if (typeof value === 'function') {
      const id = this.#number()
      this.#functions.set(id, value)
      return { $: 'function', id }
    }
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Uint8Array) return { $: 'bytes', text: Buffer.from(value).toString('base64') }
    if (value instanceof AbortSignal) return this.#encodeSignal(value)
    if (value instanceof Map)
      return { $: 'map', entries: [...value].map((pair) => pair.map((part) => this.#encode(part))) }
    if (typeof value[Symbol.asyncIterator] === 'function') {
      const id = this.#number()
      this.#outgoing.set(id, { iterator: value[Symbol.asyncIterator](), credit: 0, busy: false, rest: [] })
      return { $: 'iteration', id }
    }
    if (Array.isArray(value)) return value.map((entry) => this.#encode(entry))
    const members = Object.entries(value).map(([name, member]) => [name, this.#encode(member)])
    return Object.hasOwn(value, '$')
      ? { $: 'object', members }
      : Object.fromEntries(members.filter(([, member]) => member !== undefined))
  }

  #encodeSignal(signal: AbortSignal): Any {
    const id = this.#number()
    const { send } = this.#options
    if (!signal.aborted) signal.addEventListener('abort', () => send({ t: 'abort', id }), { once: true })
    return { $: 'signal', id, aborted: signal.aborted }
  }

  #decode(value: Any): Any {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((entry) => this.#decode(entry))
    switch (Object.hasOwn(value, '$') ? value.$ : '') {
      case 'function':
        return (...args: readonly unknown[]) => this.#request({ t: 'call', fn: value.id }, args)
      case 'bytes':
        return new Uint8Array(Buffer.from(String(value.text), 'base64'))
      case 'map':
        return new Map(value.entries.map((pair: Any) => pair.map((part: Any) => this.#decode(part))))
      case 'iteration':
        return { [Symbol.asyncIterator]: () => this.#items(value.id) }
      case 'object':
        return Object.fromEntries(value.members.map(([name, member]: Any) => [name, this.#decode(member)]))
      case 'signal':
        return this.#decodeSignal(value)
      default:
        return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#decode(member)]))
    }
  }

  #decodeSignal({ id, aborted }: Any): AbortSignal {
    const controller = new AbortController()
    if (aborted === true) controller.abort()
    else this.#signals.set(id, controller)
    return controller.signal
  }

  /** What the other end iterates, as far as it is read here. */
  async *#items(id: number): AsyncGenerator<unknown, unknown> {
    const { send } = this.#options
    const end = this.#closed === undefined ? undefined : { failure: this.#closed }
    const sink: Incoming = { items: [], granted: 0, window: 1, wake: undefined, end }
    this.#incoming.set(id, sink)
    try {
      for (;;) {
        const more = sink.window - sink.granted - sink.items.length
        if (sink.end === undefined && more > 0) {
          sink.granted += more
          send({ t: 'credit', id, n: more })
        }
        if (sink.items.length > 0) yield sink.items.shift()
        else if (sink.end === undefined) {
          await new Promise<void>((resolve) => {
            sink.wake = resolve
          })
        } else if (sink.end.failure !== undefined) throw sink.end.failure
        else return sink.end.value
      }
    } finally {
      this.#incoming.delete(id)
      if (sink.end === undefined && this.#closed === undefined) send({ t: 'return', id })
    }
  }

  #came(id: number, value: Any): void {
    const sink = this.#incoming.get(id)
    if (sink === undefined) return
    if (sink.granted <= 0) throw new TypeError('more items than were asked for')
    sink.granted -= 1
    const item = this.#decode(value)
    if (item instanceof Uint8Array) sink.window = this.#mostCredit
    sink.items.push(item)
    sink.wake?.()
  }

  #ended(id: number, end: NonNullable<Incoming['end']>): void {
    const sink = this.#incoming.get(id)
    if (sink === undefined) return
    sink.end = end
    sink.wake?.()
  }

  #granted(id: number, items: number): void {
    const source = this.#outgoing.get(id)
    if (source === undefined) return
    source.credit = Math.min(source.credit + items, this.#mostCredit)
    void this.#produce(id, source)
  }

  /** Sends items while there is credit for them. */
  async #produce(id: number, source: Outgoing): Promise<void> {
    if (source.busy) return
    source.busy = true
    this.#owing += 1
    const { send, encodeError } = this.#options
    try {
      while (source.credit > 0 && this.#outgoing.has(id)) {
        const step = source.rest.length > 0 ? { value: source.rest.shift() } : await source.iterator.next()
        if ('done' in step && step.done) {
          this.#outgoing.delete(id)
          send({ t: 'end', id, value: this.#encode(step.value) })
          return
        }
        source.credit -= 1
        send({ t: 'item', id, value: this.#encode(this.#fitting(step.value, source)) })
      }
    } catch (error) {
      this.#outgoing.delete(id)
      send({ t: 'stop', id, error: encodeError(error) })
    } finally {
      source.busy = false
      this.#owing -= 1
    }
  }

  /** As much of an item as one message takes; the rest is the next one. */
  #fitting(value: unknown, source: Outgoing): unknown {
    if (!(value instanceof Uint8Array) || value.length <= this.#longest) return value
    source.rest.unshift(value.subarray(this.#longest))
    return value.subarray(0, this.#longest)
  }

  /** The other end reads an iteration no further. */
  #left(id: number): void {
    const source = this.#outgoing.get(id)
    this.#outgoing.delete(id)
    const leave = async (): Promise<void> => {
      await source?.iterator.return?.()
    }
    leave().catch(() => undefined)
  }
}

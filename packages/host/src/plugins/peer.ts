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

export interface PeerOptions {
  readonly send: (message: object) => void
  /** What the other end may call by name. */
  readonly root: Readonly<Record<string, (...args: readonly never[]) => unknown>>
  readonly encodeError: (error: unknown) => object
  readonly decodeError: (error: Readonly<Record<string, unknown>>) => Error
}

/**
 * Calls across a channel of JSON messages: arguments and results are data, byte arrays, functions (called back across
 * the channel), abort signals and asynchronous iterations. The reader of an iteration grants credit: for one item, so that
 * nobody is ahead of who reads, and for eight when they are bytes. It uses nothing but its parameter, since its text is what the child process runs.
 */
export function createPeer({ send, root, encodeError, decodeError }: PeerOptions): Peer {
  const credit = 8
  const largest = 1 << 20
  let last = 0
  let owing = 0
  let closed: Error | undefined
  type Any = any
  const functions = new Map<number, (...args: readonly unknown[]) => unknown>()
  const sources = new Map<
    number,
    { iterator: AsyncIterator<unknown>; credit: number; busy: boolean; rest: Any[] }
  >()
  /** `window`: items that may be under way; one, until the items are bytes. */
  type Sink = { items: Any[]; wake: (() => void) | undefined; end: Any; granted: number; window: number }
  const sinks = new Map<number, Sink>()
  const calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const signals = new Map<number, AbortController>()

  const isIterable = (value: Any): boolean =>
    typeof value === 'object' && value !== null && typeof value[Symbol.asyncIterator] === 'function'

  const encode = (value: Any): Any => {
    if (typeof value === 'function') {
      last += 1
      functions.set(last, value)
      return { $: 'function', id: last }
    }
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Uint8Array) return { $: 'bytes', text: Buffer.from(value).toString('base64') }
    if (value instanceof AbortSignal) return encodeSignal(value)
    if (value instanceof Map) return { $: 'map', entries: [...value].map((pair) => pair.map(encode)) }
    if (isIterable(value)) {
      last += 1
      sources.set(last, { iterator: value[Symbol.asyncIterator](), credit: 0, busy: false, rest: [] })
      return { $: 'iteration', id: last }
    }
    if (Array.isArray(value)) return value.map(encode)
    const members = Object.entries(value).map(([name, member]) => [name, encode(member)])
    return Object.hasOwn(value, '$')
      ? { $: 'object', members }
      : Object.fromEntries(members.filter(([, member]) => member !== undefined))
  }

  const encodeSignal = (signal: AbortSignal): Any => {
    last += 1
    const id = last
    if (!signal.aborted) signal.addEventListener('abort', () => send({ t: 'abort', id }), { once: true })
    return { $: 'signal', id, aborted: signal.aborted }
  }

  const decode = (value: Any): Any => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(decode)
    switch (Object.hasOwn(value, '$') ? value.$ : '') {
      case 'function':
        return (...args: readonly unknown[]) => request({ t: 'call', fn: value.id }, args)
      case 'bytes':
        return new Uint8Array(Buffer.from(String(value.text), 'base64'))
      case 'map':
        return new Map(value.entries.map((pair: Any) => pair.map(decode)))
      case 'iteration':
        return iteration(value.id)
      case 'object':
        return Object.fromEntries(value.members.map(([name, member]: Any) => [name, decode(member)]))
      case 'signal': {
        const controller = new AbortController()
        if (value.aborted === true) controller.abort()
        else signals.set(value.id, controller)
        return controller.signal
      }
      default:
        return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, decode(member)]))
    }
  }

  const request = (what: object, args: readonly unknown[]): Remote => {
    const promise = new Promise<unknown>((resolve, reject) => {
      if (closed !== undefined) {
        reject(closed)
        return
      }
      last += 1
      calls.set(last, { resolve, reject })
      // JSON would make null of what is absent at the end, and no default would be taken.
      const given = args.slice(0, args.findLastIndex((value) => value !== undefined) + 1)
      send({ ...what, id: last, args: given.map(encode) })
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

  const iteration = (id: number): AsyncIterable<unknown> => ({
    async *[Symbol.asyncIterator]() {
      const sink: Sink = {
        items: [],
        wake: undefined,
        end: closed === undefined ? undefined : { failure: closed },
        granted: 0,
        window: 1,
      }
      sinks.set(id, sink)
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
        sinks.delete(id)
        if (sink.end === undefined && closed === undefined) send({ t: 'return', id })
      }
    },
  })

  const produce = async (id: number): Promise<void> => {
    const source = sources.get(id)
    if (source === undefined || source.busy) return
    source.busy = true
    owing += 1
    try {
      while (source.credit > 0 && sources.has(id)) {
        const step = source.rest.length > 0 ? { value: source.rest.shift() } : await source.iterator.next()
        if ('done' in step && step.done) {
          sources.delete(id)
          send({ t: 'end', id, value: encode(step.value) })
          return
        }
        const value = step.value
        source.credit -= 1
        if (value instanceof Uint8Array && value.length > largest) {
          source.rest.unshift(value.subarray(largest))
          send({ t: 'item', id, value: encode(value.subarray(0, largest)) })
        } else send({ t: 'item', id, value: encode(value) })
      }
    } catch (error) {
      sources.delete(id)
      send({ t: 'stop', id, error: encodeError(error) })
    } finally {
      source.busy = false
      owing -= 1
    }
  }

  const serve = async (
    id: number,
    target: ((...args: Any[]) => unknown) | undefined,
    args: Any[],
  ): Promise<void> => {
    owing += 1
    try {
      if (target === undefined) throw new Error('there is no such function')
      send({ t: 'done', id, value: encode(await target(...args.map(decode))) })
    } catch (error) {
      send({ t: 'fail', id, error: encodeError(error) })
    } finally {
      owing -= 1
    }
  }

  const leave = async (iterator: AsyncIterator<unknown>): Promise<void> => {
    try {
      await iterator.return?.()
    } catch {
      // Nobody reads it any more.
    }
  }

  const finish = (id: number, end: object): void => {
    const sink = sinks.get(id)
    if (sink === undefined) return
    sink.end = end
    sink.wake?.()
  }

  return {
    receive(message: Any) {
      const { t, id } = message
      if (typeof id !== 'number') throw new TypeError('a message without a number')
      switch (t) {
        case 'call':
          void serve(
            id,
            message.name === undefined ? functions.get(message.fn) : rootOf(message.name),
            message.args,
          )
          return
        case 'done':
          calls.get(id)?.resolve(decode(message.value))
          calls.delete(id)
          return
        case 'fail':
          calls.get(id)?.reject(decodeError(message.error))
          calls.delete(id)
          return
        case 'credit': {
          const source = sources.get(id)
          if (source === undefined) return
          source.credit = Math.min(source.credit + Number(message.n), credit)
          void produce(id)
          return
        }
        case 'item': {
          const sink = sinks.get(id)
          if (sink === undefined) return
          if (sink.granted <= 0) throw new TypeError('more items than were asked for')
          sink.granted -= 1
          const item = decode(message.value)
          if (item instanceof Uint8Array) sink.window = credit
          sink.items.push(item)
          sink.wake?.()
          return
        }
        case 'end':
          finish(id, { value: decode(message.value) })
          return
        case 'stop':
          finish(id, { failure: decodeError(message.error) })
          return
        case 'return': {
          const source = sources.get(id)
          sources.delete(id)
          if (source !== undefined) void leave(source.iterator)
          return
        }
        case 'abort':
          signals.get(id)?.abort()
          signals.delete(id)
          return
        default:
          throw new TypeError('a message of no known form')
      }
    },
    call: (name, ...args) => request({ t: 'call', name }, args),
    close(error) {
      closed ??= error
      for (const { reject } of calls.values()) reject(error)
      calls.clear()
      for (const id of sinks.keys()) finish(id, { failure: error })
      for (const { iterator } of sources.values()) void leave(iterator)
      sources.clear()
    },
    state: () => ({
      waiting:
        calls.size + [...sinks.values()].filter((sink) => sink.granted > 0 && sink.items.length === 0).length,
      owing,
    }),
  }

  function rootOf(name: string): ((...args: Any[]) => unknown) | undefined {
    return Object.hasOwn(root, name) ? (root[name] as (...args: Any[]) => unknown) : undefined
  }
}

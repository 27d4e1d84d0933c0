import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface SlowProxy extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** Method and path of every request since the last `reset`. */
  readonly requests: readonly string[]
  /** Bytes of all response bodies since the last `reset`. */
  readonly bytes: number
  /** Bytes of all request bodies since the last `reset`. */
  readonly received: number
  /** From so many bytes on, of either direction, nothing passes any more. */
  holdAt(bytes: number): void
  reset(): void
}

/** Stands before a registry on loopback, counts, and answers each request `delay` ms later. */
export async function slowProxy(target: string, delay: number): Promise<SlowProxy> {
  const [host, port] = target.split(':')
  const agent = new Agent({ keepAlive: true })
  const state = { requests: [] as string[], bytes: 0, received: 0 }
  let limit = Number.POSITIVE_INFINITY
  const count = (stream: IncomingMessage, direction: 'bytes' | 'received'): void => {
    stream.on('data', (chunk: Buffer) => {
      state[direction] += chunk.length
      if (state[direction] >= limit) stream.unpipe()
    })
  }
  const server = createServer((incoming, outgoing) => {
    state.requests.push(`${incoming.method} ${incoming.url}`)
    void (async () => {
      if (delay > 0) await wait(delay)
      const { method, url: path, headers } = incoming
      const forwarded = request({ host, port, method, path, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(outgoing)
        count(answer, 'bytes')
      })
      forwarded.on('error', () => outgoing.destroy())
      incoming.on('error', () => forwarded.destroy())
      outgoing.on('close', () => forwarded.destroy())
      incoming.pipe(forwarded)
      count(incoming, 'received')
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return state.requests
    },
    get bytes() {
      return state.bytes
    },
    get received() {
      return state.received
    },
    holdAt(bytes) {
      limit = bytes
    },
    reset() {
      state.requests = []
      state.bytes = 0
      state.received = 0
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

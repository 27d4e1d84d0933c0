import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import { bodyChunks } from './request-body.ts'

/** Bytes of an unwanted body that are read so that the connection can go on. */
const drainLimit = 16 * 1024 * 1024

/** What went out. */
export interface Sent {
  readonly bytes: number
  readonly complete: boolean
  readonly error?: unknown
}

/** Sends an answer. A body that fails on the way cuts the connection: the other side must not take it for whole. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<Sent> {
  if (response.destroyed) return { bytes: 0, complete: false }
  writeHead(response, answer)
  const body = request.method === 'HEAD' ? undefined : answer.body
  if (body !== undefined && !(body instanceof Uint8Array)) {
    await drained(request)
    return await sendStream(response, body)
  }
  // The answer leaves at once, its end only when the body is in: a connection that closes earlier loses the answer.
  if (body === undefined) response.flushHeaders()
  else response.write(body)
  await drained(request)
  response.end()
  await settled(response)
  return { bytes: body?.length ?? 0, complete: response.writableFinished }
}

/** What a registry holds may have a media type that no header can carry: that is an error of its own. */
function writeHead(response: ServerResponse, answer: Answer): void {
  response.setHeader('docker-distribution-api-version', 'registry/2.0')
  response.setHeader('x-content-type-options', 'nosniff')
  response.writeHead(answer.status, copied(answer))
}

async function sendStream(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<Sent> {
  let bytes = 0
  try {
    // One chunk is held back: with an error at the end (a wrong digest) the last bytes never leave.
    let held: Uint8Array | undefined
    for await (const chunk of body) {
      if (held !== undefined) await write(response, held)
      bytes += held?.length ?? 0
      if (response.destroyed) return { bytes, complete: false }
      held = chunk
    }
    bytes += held?.length ?? 0
    response.end(held)
    await settled(response)
    return { bytes, complete: response.writableFinished }
  } catch (error) {
    response.destroy()
    return { bytes, complete: false, error }
  }
}

async function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  if (response.write(chunk) || response.destroyed) return
  await eventOrClose(response, 'drain')
}

async function settled(response: ServerResponse): Promise<void> {
  if (!response.writableFinished && !response.destroyed) await eventOrClose(response, 'finish')
}

function eventOrClose(response: ServerResponse, event: 'drain' | 'finish'): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off(event, done)
      response.off('close', done)
      resolve()
    }
    response.on(event, done)
    response.on('close', done)
  })
}

/** Reads on what nobody wanted, up to a limit, so that the answer arrives and the connection can be used again. */
async function drained(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) {
    request.resume()
    return
  }
  let left = drainLimit
  try {
    for await (const chunk of bodyChunks(request)) {
      left -= chunk.length
      if (left < 0) request.destroy()
    }
  } catch {
    // The other side has gone; there is nobody left to answer.
  }
}

function copied({ headers = {} }: Answer): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

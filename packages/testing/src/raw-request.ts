import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { once } from 'node:events'
import { readAll } from './content.ts'

/** A request as it goes out, without anything of a client. */
export interface RawRequestOptions {
  /** Default GET. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** With its Content-Length; an async iterable goes out chunked unless the header is given. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** PEM, for HTTPS. */
  readonly ca?: string
  readonly signal?: AbortSignal
}

/** An answer, read whole. */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  readonly text: string
  /** The body as JSON. */
  json(): unknown
  /** The codes of a registry's error body. */
  readonly codes: readonly string[]
}

/** One HTTP request with nothing added, followed or decoded. Paths are sent as given. */
export async function rawRequest(url: string, options: RawRequestOptions = {}): Promise<RawAnswer> {
  const request = start(url, options)
  // An answer may come before the body has gone out whole; what fails after it changes nothing.
  request.on('error', () => undefined)
  const responded = once(request, 'response')
  // The answer may come before the body has gone out, or instead of it.
  await Promise.race([sendBody(request, options.body), responded])
  const [response] = (await responded) as [IncomingMessage]
  const body = await readAll(response)
  return answer(response, body)
}

function start(url: string, options: RawRequestOptions): ClientRequest {
  const [, scheme = '', host = '', path = '/'] = /^(https?):\/\/([^/]+)(\/.*)?$/.exec(url) ?? []
  const { hostname, port } = new URL(`${scheme}://${host}`)
  const send = scheme === 'https' ? httpsRequest : httpRequest
  const length = bodyLength(options.body)
  return send({
    hostname: hostname.replaceAll(/[[\]]/g, ''),
    port,
    path,
    method: options.method ?? 'GET',
    headers: { ...(length !== undefined && { 'content-length': length }), ...options.headers },
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.signal !== undefined && { signal: options.signal }),
    agent: false,
  })
}

function bodyLength(body: RawRequestOptions['body']): string | undefined {
  if (typeof body === 'string') return String(Buffer.byteLength(body))
  return body instanceof Uint8Array ? String(body.length) : undefined
}

async function sendBody(request: ClientRequest, body: RawRequestOptions['body']): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    request.end(body)
    return
  }
  await pipeline(body, request).catch(() => undefined)
}

function answer(response: IncomingMessage, body: Uint8Array): RawAnswer {
  const text = Buffer.from(body).toString()
  const json = (): unknown => JSON.parse(text) as unknown
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body,
    text,
    json,
    get codes() {
      try {
        const { errors } = json() as { errors?: readonly { readonly code: string }[] }
        return (errors ?? []).map((error) => error.code)
      } catch {
        return []
      }
    },
  }
}

import {
  Cut,
  type FaultAction,
  firstBytes,
  type Incoming,
  type Outgoing,
  pause,
  textBody,
  without,
} from './action.ts'

/** An answer in the registry's place. */
export interface AnswerInput {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

function answer(code: number, { headers = {}, body = '' }: AnswerInput = {}): Incoming {
  return {
    status: code,
    headers: { 'content-length': String(Buffer.byteLength(body)), ...headers },
    body: textBody(body),
  }
}

function onResponse(
  name: string,
  response: (response: Incoming, request: Outgoing) => Incoming,
): FaultAction {
  return { name, response }
}

function onBody(name: string, change: (body: Incoming['body']) => Incoming['body']): FaultAction {
  return onResponse(name, (response) => ({ ...response, body: change(response.body) }))
}

function reset(): never {
  throw new Cut('reset')
}

/** Answers with this status instead of asking the registry. */
export function status(
  code: number,
  options: { readonly retryAfter?: string | number; readonly wire?: string } & AnswerInput = {},
): FaultAction {
  const { wire = 'UNKNOWN', retryAfter, headers, body } = options
  const text = body ?? JSON.stringify({ errors: [{ code: wire, message: `scripted ${code}` }] })
  return {
    name: `status ${code}`,
    request: () =>
      answer(code, {
        body: text,
        headers: {
          'content-type': 'application/json',
          ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
          ...headers,
        },
      }),
  }
}

/** Something happens right before the registry hears of the request: a tag moves, content is deleted. */
export function before(run: () => Promise<void>): FaultAction {
  return {
    name: 'before',
    request: async (request) => {
      await run()
      return request
    },
  }
}

/** The registry's own answer, with another body (its length is told truly): a digest that lies. */
export function replaceBody(bytes: Uint8Array): FaultAction {
  return onResponse('replace body', (response) => ({
    ...response,
    headers: { ...response.headers, 'content-length': String(bytes.length) },
    body: (async function* replaced() {
      yield bytes.slice()
    })(),
  }))
}

/** A web page where a registry should be. */
export function html(code = 200): FaultAction {
  const body = '<!doctype html><title>Sign in</title><h1>Sign in to the network</h1>'
  return { name: 'html', request: () => answer(code, { body, headers: { 'content-type': 'text/html' } }) }
}

/** The registry answers, but nothing of it arrives: the connection is reset before the headers. */
export const lostReply: FaultAction = {
  name: 'lost reply',
  response: () => reset(),
}

/** The connection is reset before the registry hears of the request. */
export const resetAtOnce: FaultAction = {
  name: 'reset at once',
  request: () => reset(),
}

/** The answer breaks off after so many bytes of its body. */
export function resetAfter(bytes: number): FaultAction {
  return onBody('reset', (body) => firstBytes(body, bytes, reset))
}

/** The connection breaks after so many bytes of the request's body; the registry has got them. */
export function resetRequestAfter(bytes: number): FaultAction {
  return {
    name: 'reset request',
    request: (request) => ({ ...request, body: firstBytes(request.body, bytes, reset) }),
  }
}

/** The body ends early, but properly: chunked, without a length. */
export function truncateAfter(bytes: number): FaultAction {
  return onResponse('truncate', (response) => ({
    ...response,
    headers: without(response.headers, 'content-length'),
    body: firstBytes(response.body, bytes),
  }))
}

/** After so many bytes nothing more comes. */
export function stallAfter(bytes: number): FaultAction {
  const stall = (): never => {
    throw new Cut('stall')
  }
  return onBody('stall', (body) => firstBytes(body, bytes, stall))
}

/** One byte of the body is another one. */
export function corruptAt(position: number): FaultAction {
  return onBody('corrupt', async function* corrupt(body) {
    let at = 0
    for await (const chunk of body) {
      const copy = chunk.slice()
      const index = position - at
      if (index >= 0 && index < copy.length) copy[index] = (copy[index] ?? 0) ^ 0xff
      at += chunk.length
      yield copy
    }
  })
}

/** The body, and its Content-Length, is so many bytes longer (or shorter, below 0) than what was stored. */
export function lengthen(by: number): FaultAction {
  return onResponse('length', (response) => {
    const length = Math.max(0, Number(response.headers['content-length'] ?? 0) + by)
    const body =
      by < 0
        ? firstBytes(response.body, length)
        : (async function* longer() {
            yield* response.body
            yield new Uint8Array(by)
          })()
    return { ...response, headers: { ...response.headers, 'content-length': String(length) }, body }
  })
}

/** The body comes in small pieces with a pause before each. */
export function trickle(bytes: number, milliseconds: number): FaultAction {
  return onBody('trickle', async function* slow(body) {
    for await (const chunk of body) {
      for (let at = 0; at < chunk.length; at += bytes) {
        await pause(milliseconds)
        yield chunk.subarray(at, at + bytes)
      }
    }
  })
}

/** The registry hears of the request only after a while. */
export function delay(milliseconds: number): FaultAction {
  return {
    name: 'delay',
    request: async (request) => {
      await pause(milliseconds)
      return request
    },
  }
}

/** A body that never ends, under the headers of the true one (without its length). */
export function endless(
  options: { readonly contentType?: string; readonly fill?: string } = {},
): FaultAction {
  const chunk = Buffer.alloc(65_536, options.fill ?? ' ')
  return onResponse('endless', (response) => ({
    status: response.status,
    headers: {
      ...without(response.headers, 'content-length'),
      ...(options.contentType !== undefined && { 'content-type': options.contentType }),
    },
    body: (async function* forever() {
      yield* response.body
      for (;;) yield new Uint8Array(chunk)
    })(),
  }))
}

/** The answer lacks these headers (`oci-subject`, `docker-content-digest`, …). */
export function dropHeaders(...names: readonly string[]): FaultAction {
  return onResponse(`drop ${names.join(', ')}`, (response) => ({
    ...response,
    headers: without(response.headers, ...names),
  }))
}

/** The answer has these headers. */
export function setHeaders(headers: Readonly<Record<string, string | readonly string[]>>): FaultAction {
  return onResponse('set headers', (response) => ({
    ...response,
    headers: { ...without(response.headers, ...Object.keys(headers)), ...headers },
  }))
}

/** The status is another one (only in place of `from`, where that is given); headers and body stay. */
export function setStatus(code: number, options: { readonly from?: number } = {}): FaultAction {
  return onResponse(`as ${code}`, (response) =>
    options.from === undefined || options.from === response.status ? { ...response, status: code } : response,
  )
}

/** No Referrers API: 404 in plain text, as CNCF Distribution. */
export const noReferrers: FaultAction = {
  name: 'no referrers',
  request: () => answer(404, { body: '404 page not found\n', headers: { 'content-type': 'text/plain' } }),
}

/** Parameters of the query never reach the registry (`n`, `last`). */
export function ignoreQuery(...names: readonly string[]): FaultAction {
  return {
    name: 'ignore query',
    request: (request) => {
      const [path = '', query = ''] = request.target.split('?')
      const kept = query
        .split('&')
        .filter((part) => part !== '' && !names.includes(part.split('=', 1)[0] ?? ''))
      return { ...request, target: kept.length === 0 ? path : `${path}?${kept.join('&')}` }
    },
  }
}

/** A header of the request never reaches the registry (`range`, `content-range`). */
export function ignoreHeader(name: string): FaultAction {
  return {
    name: `ignore ${name}`,
    request: (request) => ({ ...request, headers: without(request.headers, name) }),
  }
}

/** Every page says that the next one is itself. */
export const loopLink: FaultAction = onResponse('loop link', (response, request) => ({
  ...response,
  headers: { ...response.headers, link: `<${request.target}>; rel="next"` },
}))

/** The next page is said to be on another origin; default the server's second one. */
export function foreignLink(origin?: string): FaultAction {
  return onResponse('foreign link', (response, request) => ({
    ...response,
    headers: { ...response.headers, link: `<${origin ?? request.otherOrigin}${request.target}>; rel="next"` },
  }))
}

/** The answer is elsewhere; default: on the second origin, which serves it. `to` is an origin or a whole URL. */
export function redirect(options: { readonly to?: string; readonly status?: number } = {}): FaultAction {
  return {
    name: 'redirect',
    request: ({ target, otherOrigin }) => {
      const to = options.to ?? otherOrigin
      const isOrigin = /^https?:\/\/[^/]+$/.test(to)
      return answer(options.status ?? 307, { headers: { location: isOrigin ? to + target : to } })
    },
  }
}

/** A redirect to the request itself. */
export const redirectLoop: FaultAction = {
  name: 'redirect loop',
  request: ({ target }) => answer(307, { headers: { location: target } }),
}

/** A mount is not done: 202 opens a session as if nobody had asked for one, other statuses are errors. */
export function refuseMount(code: 202 | 401 | 403 | 404 | 405 | 500): FaultAction {
  return code === 202
    ? { ...ignoreQuery('mount', 'from'), name: 'refuse mount' }
    : { ...status(code, { wire: code === 401 ? 'UNAUTHORIZED' : 'DENIED' }), name: 'refuse mount' }
}

/** The upload session is gone. */
export const loseSession: FaultAction = {
  ...status(404, { wire: 'BLOB_UPLOAD_UNKNOWN' }),
  name: 'lose session',
}

/** The registry sees a token that has expired, and asks for a new one as it does. */
export const expireToken: FaultAction = {
  name: 'expire token',
  request: (request) => ({ ...request, headers: { ...request.headers, authorization: 'Bearer expired' } }),
}

/** 416 whose Content-Length is that of the blob, with a short text: CNCF Distribution 2.8. */
export function brokenRangeAnswer(length: number): FaultAction {
  return {
    name: '416 with a wrong length',
    request: () => ({
      status: 416,
      headers: { 'content-length': String(length), 'content-type': 'application/json' },
      body: (async function* cut() {
        yield* textBody('{"errors":[]}')
        reset()
      })(),
    }),
  }
}

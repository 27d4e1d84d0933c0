import type { Bytes } from '@ocish/sdk'
import { type Dispatcher, errors } from 'undici/index.js'
import { Incoming } from './incoming.ts'
import type { Timeouts } from './options.ts'
import type { IncomingResponse, OutgoingRequest } from './transport.ts'

/** Sends and waits for the headers; the promise is rejected as soon as `signal` aborts. */
export function dispatch(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  timeouts: Pick<Required<Timeouts>, 'headers' | 'bodyIdle'>,
): Promise<IncomingResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingResponse>()
  const { url, signal } = request
  let controller: Dispatcher.DispatchController | undefined
  let body: Incoming | undefined
  let failure: Error | undefined

  const fail = (error: Error): void => {
    failure ??= error
    controller?.abort(failure)
    body?.end(failure)
    reject(failure)
  }
  const onAbort = (): void => fail(signal?.reason as Error)
  signal?.addEventListener('abort', onAbort, { once: true })
  const finished = (): void => signal?.removeEventListener('abort', onAbort)

  const outgoing =
    request.body === undefined || request.body instanceof Uint8Array
      ? request.body
      : watched(request.body, timeouts.bodyIdle, fail)
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (failure !== undefined) started.abort(failure)
    },
    onResponseStart(started, status, headers) {
      if (status < 200) return
      body = new Incoming({
        pause: () => started.pause(),
        resume: () => started.resume(),
        abort: (reason) => started.abort(reason),
      })
      resolve({ status, headers, body })
    },
    onResponseData(_started, chunk) {
      body?.push(chunk)
    },
    onResponseEnd() {
      finished()
      body?.end()
    },
    onResponseError(_started, error) {
      finished()
      const reason = failure ?? coded(error)
      body?.end(reason)
      reject(reason)
    },
  }
  dispatcher.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: request.headers as Record<string, string>,
      // An async iterable is taken as it is (undici core/request.js); its types do not say so.
      body: (outgoing ?? null) as Uint8Array | null,
      headersTimeout: timeouts.headers * 1000,
      bodyTimeout: timeouts.bodyIdle * 1000,
      // undici would close a connection after each HEAD; what a server wrongly sends after one closes it anyhow.
      reset: false,
    },
    handler,
  )
  return promise
}

/** Fails when the other side stops taking bytes; a slow source is no failure. */
async function* watched(body: Bytes, idleSeconds: number, fail: (error: Error) => void): Bytes {
  let timer: NodeJS.Timeout | undefined
  try {
    for await (const chunk of body) {
      timer = setTimeout(() => fail(uploadStalled()), idleSeconds * 1000)
      yield chunk
      clearTimeout(timer)
    }
  } catch (error) {
    // The source failed: this, not a cut connection, is what the caller must see.
    fail(error as Error)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** What undici cannot read as HTTP comes without a code. */
function coded(error: Error): Error {
  if (!(error instanceof errors.HTTPParserError)) return error
  return Object.assign(new Error('the answer is not HTTP', { cause: error }), { code: 'HPE_INVALID' })
}

function uploadStalled(): Error {
  return Object.assign(new Error('the upload stalled'), { code: 'UND_ERR_BODY_TIMEOUT' })
}

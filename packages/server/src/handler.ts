import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Registry } from '@ocish/core'
import { type Answer, answerError, refuse } from './answer.ts'
import { openAccess, readAccess } from './auth/access.ts'
import { answerToken } from './auth/token-endpoint.ts'
import { TokenTable } from './auth/tokens.ts'
import type { Exchange } from './exchange.ts'
import { checkHost, type HostPolicy } from './host-check.ts'
import { defaultLimits, type Limits, type ServeOptions } from './options.ts'
import { receivedBytes } from './request-body.ts'
import { redactHeaders } from './request-log.ts'
import { findRoute, type Route } from './route.ts'
import { answerBase, answerExtensions } from './routes/base.ts'
import { answerBlob } from './routes/blobs.ts'
import { answerCatalog } from './routes/catalog.ts'
import { answerManifest } from './routes/manifests.ts'
import { answerReferrers } from './routes/referrers.ts'
import { answerTags } from './routes/tags.ts'
import { answerUpload, answerUploads } from './routes/uploads.ts'
import { sendAnswer, type Sent } from './send.ts'
import { UploadSessions } from './upload-sessions.ts'

/** Answers requests for a registry; it knows nothing of sockets. */
export class RequestHandler {
  readonly #registry: Registry
  readonly #options: ServeOptions
  readonly #limits: Limits
  readonly #hosts: HostPolicy
  readonly #sessions: UploadSessions
  readonly #tokens = new TokenTable()

  constructor(registry: Registry, options: ServeOptions, hosts: HostPolicy) {
    this.#registry = registry
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#hosts = hosts
    this.#sessions = new UploadSessions(registry, this.#limits)
  }

  /** Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/'
    const { answer, route } = await this.#answer(request, response, target)
    const sent = await this.#send(request, response, answer)
    this.#options.onRequest?.({
      method: request.method ?? '',
      target,
      route: route?.name ?? 'unknown',
      repository: route !== undefined && 'repository' in route ? route.repository : undefined,
      status: answer.status,
      received: receivedBytes(request),
      sent: sent.bytes,
      complete: sent.complete,
      headers: await redactHeaders(request.headers),
      ...((answer.error ?? sent.error) !== undefined && { error: answer.error ?? sent.error }),
    })
  }

  async close(): Promise<void> {
    await this.#sessions.close()
  }

  /** An answer that cannot be sent (a stored media type that is no header) is a 500, or a cut where it had begun. */
  async #send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<Sent> {
    try {
      return await sendAnswer(request, response, answer)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else await sendAnswer(request, response, answerError(error))
      return { bytes: 0, complete: false, error }
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    target: string,
  ): Promise<{ readonly answer: Answer; readonly route?: Route }> {
    let route: Route | undefined
    try {
      if (target.length > this.#limits.target)
        throw refuse(414, 'NAME_INVALID', 'the request target is too long')
      checkHost(request, this.#hosts)
      const [path, query] = splitOnce(target, '?')
      route = findRoute(path)
      const exchange = await this.#exchange(request, response, path, new URLSearchParams(query), route)
      return { answer: await this.#dispatch(exchange, route), route }
    } catch (error) {
      return { answer: answerError(error), ...(route !== undefined && { route }) }
    }
  }

  async #exchange(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
    route: Route,
  ): Promise<Exchange> {
    const { auth, tls } = this.#options
    const origin = `${tls === undefined ? 'http' : 'https'}://${request.headers.host ?? ''}`
    const gone = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    return {
      request,
      method: request.method ?? '',
      path,
      query,
      signal: gone.signal,
      registry: this.#registry,
      options: this.#options,
      limits: this.#limits,
      sessions: this.#sessions,
      access:
        auth === undefined || route.name === 'token'
          ? openAccess
          : await readAccess(request, auth, this.#tokens, origin),
    }
  }

  async #dispatch(exchange: Exchange, route: Route): Promise<Answer> {
    this.#checkMethod(exchange.method, route)
    switch (route.name) {
      case 'base':
        return answerBase(exchange)
      case 'extensions':
        return answerExtensions(exchange)
      case 'catalog':
        return await answerCatalog(exchange)
      case 'token':
        return await this.#token(exchange)
      case 'tags':
        return await answerTags(exchange, route.repository)
      case 'referrers':
        return await answerReferrers(exchange, route.repository, route.digest)
      case 'manifest':
        return await answerManifest(exchange, route.repository, route.reference)
      case 'blob':
        return await answerBlob(exchange, route.repository, route.digest)
      case 'uploads':
        return await answerUploads(exchange, route.repository)
      case 'upload':
        return await answerUpload(exchange, route.repository, route.id)
      default:
        return route satisfies never
    }
  }

  #checkMethod(method: string, route: Route): void {
    if (method === 'GET' || method === 'HEAD' || route.name === 'token') return
    const isReadOnly = this.#options.readOnly === true || this.#registry.abilities.readOnly
    if (isReadOnly) throw refuse(405, 'UNSUPPORTED', 'this registry is read-only', readMethods)
    if (!writable.has(route.name)) throw refuse(405, 'UNSUPPORTED', 'this can only be read', readMethods)
  }

  async #token(exchange: Exchange): Promise<Answer> {
    const { auth } = this.#options
    if (auth?.scheme !== 'bearer') throw refuse(404, 'NAME_UNKNOWN', 'there is nothing at this path')
    return await answerToken(exchange, auth, this.#tokens)
  }
}

const readMethods = { allow: 'GET, HEAD' }
const writable: ReadonlySet<string> = new Set(['manifest', 'blob', 'uploads', 'upload'])

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

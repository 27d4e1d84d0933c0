import { isOcishError, OcishError } from '@ocish/sdk'
import { withAttempts } from '../attempts.ts'
import { Answer, headerLines } from './answer.ts'
import { Authenticator, type Authorization, type Need } from './auth/authenticator.ts'
import { Scopes } from './auth/scope.ts'
import type { TokenCall } from './auth/token.ts'
import type { Call, RequestBody, Whole } from './call.ts'
import { checkContact } from './contact.ts'
import { HostQueue, type Lane, type Release } from './host-queue.ts'
import { KeptUploads } from './kept-uploads.ts'
import { defaultLimits, defaultResumableFrom, defaultTimeouts } from './limits.ts'
import { isNetworkError, networkCode, networkError } from './network-error.ts'
import type { ClientOptions, Limits, Timeouts, UploadMemory } from './options.ts'
import { isRedirect, maxRedirects, nextHop, tooManyRedirects } from './redirect.ts'
import { backoff, type Failure, isLate, networkFailure, statusFailure } from './retry.ts'
import { shownHeaders, shownUrl } from './trace.ts'
import type { IncomingResponse, OutgoingRequest, Transport } from './transport.ts'
import { WarningCollector } from './warning.ts'
import { type Subject, wireError } from './wire-error.ts'

interface Hops {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent as long as the origin is that of `url`. */
  readonly private: Readonly<Record<string, string>>
  readonly body?: RequestBody | undefined
  readonly signal: AbortSignal | undefined
  readonly isLarge?: boolean | undefined
  /** The body is for this origin alone. */
  readonly bound?: boolean
  /** What to send to another origin that answers 401. */
  readonly onForeignChallenge?: (lines: readonly string[], origin: URL) => Promise<string | undefined>
}

type Repeated = Pick<Call, 'url' | 'repeatable' | 'endsWhenLate' | 'signal' | 'onRetry'>

interface Landed {
  readonly response: IncomingResponse
  readonly url: URL
}

const signIns = 3
/** How often a small body that breaks off is asked for again. */
const brokenBodies = 2
const defaultMaxPages = 1000

/** The request loop of one registry: queue, credentials per hop, redirects, retries, limits. */
export class Exchange {
  readonly #origin: URL
  readonly #options: ClientOptions
  readonly #queues = new Map<string, HostQueue>()
  readonly #authenticator: Authenticator
  readonly limits: Required<Limits>
  readonly timeouts: Required<Timeouts>
  readonly maxPages: number
  readonly warnings: WarningCollector
  readonly uploads: UploadMemory | undefined
  readonly keptUploads: KeptUploads
  readonly resumableFrom: number
  #transport: Promise<Transport> | undefined

  constructor(host: string, origin: URL, options: ClientOptions) {
    this.#origin = origin
    this.#options = options
    this.limits = { ...defaultLimits, ...options.limits }
    this.timeouts = { ...defaultTimeouts, ...options.timeouts }
    this.uploads = options.uploads
    this.keptUploads = new KeptUploads(host, options.uploads)
    this.resumableFrom = options.resumableFrom ?? defaultResumableFrom
    this.maxPages = options.maxPages ?? defaultMaxPages
    this.warnings = new WarningCollector(host, options.onWarning)
    this.#authenticator = new Authenticator(host, origin, options, (call) => this.#askTokenService(call))
  }

  get origin(): URL {
    return this.#origin
  }

  /** A place in the line of downloads that outlives one request. */
  enter(lane: Lane, signal: AbortSignal | undefined): Promise<Release> {
    return this.#queue(this.#origin).enter(lane, signal)
  }

  /**
   * The final answer: a success, or a status of `call.accept`. Errors: those of `wireError` and `networkError`,
   * REDIRECT_REFUSED, REGISTRY_PROTOCOL, RESTRICTED.
   */
  async send(call: Call): Promise<Answer> {
    const release = call.lane === 'held' ? undefined : await this.enter(call.lane, call.signal)
    let answer: Answer
    try {
      answer = await this.#retrying(call, () => this.#signedIn(call))
    } catch (error) {
      release?.()
      throw error
    }
    if (release !== undefined) answer.body.whenFinished(release)
    this.warnings.collect(answer.all('warning'))
    if (answer.status < 300 || call.accept?.includes(answer.status) === true) return answer
    throw await this.#refusal(call.subject, answer)
  }

  async close(): Promise<void> {
    const transport = this.#transport
    this.#transport = undefined
    // One that could not be made was the failure of a request.
    const made = await transport?.catch(() => undefined)
    await made?.close()
  }

  /** The answer with its whole body, `what` in errors, asked for again when the connection breaks on the way. */
  async fetch(call: Call, what: string, limit: number): Promise<Whole> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.send(call)
      try {
        return { answer, body: await answer.bytes(what, limit, this.timeouts.answer) }
      } catch (error) {
        call.signal?.throwIfAborted()
        const isFinal = attempt > brokenBodies || networkCode(error) === 'UND_ERR_BODY_TIMEOUT'
        if (isFinal || !isNetworkError(error)) throw this.failure(error, answer.url)
      }
    }
  }

  /** The whole body of a small answer, as `what` in errors. */
  async read(answer: Answer, what: string, limit: number): Promise<Uint8Array> {
    try {
      return await answer.bytes(what, limit, this.timeouts.answer)
    } catch (error) {
      throw this.failure(error, answer.url)
    }
  }

  /** The error that a person sees for what went wrong on the way. `hasAnswered`: the host of `url` has, before or in part. */
  failure(error: unknown, url: URL, hasAnswered: boolean = true): unknown {
    return !isOcishError(error) && isNetworkError(error) ? networkError(error, url, hasAnswered) : error
  }

  /** Repeats `once` while that may help; waits, per host, as long as the host or the backoff says. */
  async #retrying(call: Repeated, once: () => Promise<Landed>): Promise<Answer> {
    const { url, repeatable, signal } = call
    const retries = this.#options.retries ?? 5
    const queue = this.#queue(url)
    for (let attempt = 1; ; attempt++) {
      await queue.ready(signal)
      let failure: Failure | undefined
      let landed: Landed | undefined
      let problem: unknown
      try {
        landed = await once()
        const { status, headers } = landed.response
        if (call.endsWhenLate !== true || !isLate(status))
          failure = statusFailure(status, headerLines(headers, 'retry-after')[0], retries)
      } catch (error) {
        signal?.throwIfAborted()
        problem = error
        failure = networkFailure(error, url, { repeatable, retries, mayRestart: queue.mayRestart })
      }
      if (failure === undefined && landed !== undefined) {
        queue.succeeded()
        return new Answer(landed.response, landed.url, attempt)
      }
      if (failure === undefined || attempt > failure.limit || !this.#pause(queue, failure, attempt, call)) {
        if (landed !== undefined) return new Answer(landed.response, landed.url, attempt)
        throw withAttempts(this.failure(problem, url, queue.hasAnswered), attempt)
      }
      landed?.response.body.discard()
    }
  }

  /** False when the host asks for a longer pause than `maxWait`. */
  #pause(queue: HostQueue, failure: Failure, attempt: number, { url, onRetry }: Repeated): boolean {
    const own = backoff(this.#options.backoff ?? 0.25, queue.failures)
    const seconds = Math.max(failure.retryAfter ?? 0, own)
    if (seconds > (this.#options.maxWait ?? 120)) return false
    queue.failed(seconds)
    const event = { seconds, reason: failure.reason, attempt, host: url.host }
    if (onRetry === undefined) this.#options.onRetry?.(event)
    else onRetry(event)
    return true
  }

  /**
   * A body broke off and is asked for again. The host is left alone for a while when nothing came, `fruitless` times in
   * a row.
   */
  interrupted(call: Pick<Call, 'url' | 'onRetry'>, fruitless: number): void {
    this.#queue(call.url).brokeOff()
    const failure = { reason: 'the connection broke', limit: Number.POSITIVE_INFINITY }
    if (fruitless > 0)
      this.#pause(this.#queue(call.url), failure, fruitless, { ...call, repeatable: true, signal: undefined })
    else call.onRetry?.({ seconds: 0, reason: failure.reason, attempt: 1 })
  }

  /** An upload broke off: the registry may be about to start again. */
  uploadBroke(): void {
    this.#queue(this.#origin).brokeOff()
  }

  async #signedIn(call: Call): Promise<Landed> {
    const isOwn = call.url.origin === this.#origin.origin
    const need: Need = {
      repository: call.subject.repository,
      scopes: Scopes.parse(...call.scopes),
      life: call.lane === 'write' ? 60 : 0,
      signal: call.signal,
    }
    let authorization = isOwn ? await this.#authenticator.prepare(need) : undefined
    let resigned = false
    for (let round = 1; ; round++) {
      const landed = await this.#follow(this.#hops(call, isOwn, authorization))
      const { response, url } = landed
      if (!resigned && isExpiredSignature(call, landed)) {
        // The registry signs a new address for its storage.
        resigned = true
        response.body.discard()
        continue
      }
      if (response.status !== 401 || !isOwn || url.origin !== this.#origin.origin || round > signIns)
        return landed
      const next = await this.#challenged(response, need, authorization)
      if (next === undefined) return landed
      response.body.discard()
      authorization = next
    }
  }

  /** Registries that answer 401 without a challenge give one at `/v2/`. */
  async #challenged(
    response: IncomingResponse,
    need: Need,
    refused: Authorization | undefined,
  ): Promise<Authorization | undefined> {
    const lines = headerLines(response.headers, 'www-authenticate')
    if (lines.length > 0) return this.#authenticator.answer(lines, need, refused)
    if (refused?.fresh === true) return undefined
    const ping = { method: 'GET', url: new URL('/v2/', this.#origin), headers: this.#common({}), private: {} }
    const { response: pong } = await this.#follow({ ...ping, signal: need.signal })
    pong.body.discard()
    return this.#authenticator.answer(headerLines(pong.headers, 'www-authenticate'), need, refused)
  }

  #hops(call: Call, isOwn: boolean, authorization: Authorization | undefined): Hops {
    const custom: Record<string, string> = {}
    if (isOwn) {
      for (const [name, value] of Object.entries(this.#options.headers ?? {}))
        custom[name.toLowerCase()] = value
      if (authorization !== undefined) custom['authorization'] = authorization.header
    }
    return {
      method: call.method,
      url: call.url,
      headers: this.#common(call.headers ?? {}),
      private: custom,
      body: call.body,
      signal: call.signal,
      isLarge: call.isLarge,
      onForeignChallenge: (lines, origin) => this.#authenticator.anonymous(lines, origin, call.signal),
    }
  }

  #common(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return { 'user-agent': this.#options.userAgent ?? 'ocish', 'accept-encoding': 'identity', ...headers }
  }

  /** Follows redirects by hand: what is private stays with the origin it is for, for good once it was left. */
  async #follow(hops: Hops): Promise<Landed> {
    let { url } = hops
    let secrets: Readonly<Record<string, string>> = hops.private
    const visited: URL[] = []
    let challenged = false
    for (;;) {
      const response = await this.#hop(url, hops, secrets)
      const { status } = response
      if (
        status === 401 &&
        url.origin !== hops.url.origin &&
        !challenged &&
        hops.onForeignChallenge !== undefined
      ) {
        challenged = true
        const token = await hops.onForeignChallenge(headerLines(response.headers, 'www-authenticate'), url)
        if (token === undefined) return { response, url }
        response.body.discard()
        secrets = { authorization: token }
        continue
      }
      if (!isRedirect(status)) return { response, url }
      visited.push(url)
      response.body.discard()
      const next = nextHop(url, status, headerLines(response.headers, 'location')[0], hops.method)
      if (visited.length > maxRedirects || visited.some(({ href }) => href === next.href)) {
        throw tooManyRedirects([...visited, next].map(({ host }) => host))
      }
      if (next.origin !== url.origin) {
        if (hops.bound === true) throw leavesOrigin(url, next)
        secrets = {}
      }
      url = next
    }
  }

  async #hop(
    url: URL,
    { method, headers, body, signal, isLarge }: Hops,
    secrets: Readonly<Record<string, string>>,
  ): Promise<IncomingResponse> {
    checkContact(url, this.#options)
    const request: OutgoingRequest = {
      method,
      url,
      headers: { ...headers, ...secrets, ...lengthOf(method, body) },
      body: body?.open(),
      signal,
      isLarge,
    }
    const { onTrace } = this.#options
    const shown = onTrace === undefined ? '' : shownUrl(url, url.origin === this.#origin.origin)
    onTrace?.({ type: 'request', method, url: shown, headers: shownHeaders(request.headers, url) })
    const start = performance.now()
    try {
      const response = await (await this.#connected()).send(request)
      const milliseconds = Math.round(performance.now() - start)
      const { status } = response
      // How long a body takes to send is no matter of the way.
      if (body === undefined) this.#queue(url).answered(milliseconds)
      onTrace?.({
        type: 'response',
        method,
        url: shown,
        status,
        headers: shownHeaders(response.headers, url),
        milliseconds,
      })
      return response
    } catch (error) {
      const failure = this.failure(error, url)
      onTrace?.({
        type: 'failure',
        method,
        url: shown,
        reason: isOcishError(failure) ? failure.message : 'aborted',
      })
      throw error
    }
  }

  /** A token service is no registry: no custom headers, and no redirect for a request that carries a secret in its body. */
  async #askTokenService(call: TokenCall): Promise<{ readonly answer: Answer; readonly body: Uint8Array }> {
    const { method, url, signal, body } = call
    const { authorization, ...headers } = call.headers
    const hops: Hops = {
      method,
      url,
      headers: this.#common(headers),
      private: authorization === undefined ? {} : { authorization },
      body: body === undefined ? undefined : { open: () => body, length: body.length },
      bound: true,
      signal,
    }
    const answer = await this.#retrying({ url, repeatable: true, signal }, () => this.#follow(hops))
    return { answer, body: await this.read(answer, `the token from ${url.host}`, this.limits.token) }
  }

  async #refusal(subject: Subject, answer: Answer): Promise<OcishError> {
    const body = await answer
      .bytes('the error', this.limits.error, this.timeouts.answer)
      .catch(() => new Uint8Array())
    const identity = this.#authenticator.identity(subject.repository)
    const elsewhere = answer.url.origin === this.#origin.origin ? undefined : answer.url.host
    const { status } = answer
    const error = wireError(subject, {
      status,
      body,
      contentType: answer.first('content-type'),
      retryAfter: answer.first('retry-after'),
      elsewhere,
      identity,
    })
    return withAttempts(error, answer.attempt) as OcishError
  }

  #queue(url: URL): HostQueue {
    const known = this.#queues.get(url.origin)
    if (known !== undefined) return known
    const queue = new HostQueue(this.#options.concurrency)
    this.#queues.set(url.origin, queue)
    return queue
  }

  // undici is loaded with the first request, not with the client.
  #connected(): Promise<Transport> {
    this.#transport ??= import('./transport.ts').then(({ createTransport }) =>
      createTransport(this.#origin, this.#options),
    )
    return this.#transport
  }
}

/** A storage that refuses what the registry itself sent here: the signature of the address is over, or was spoilt. */
function isExpiredSignature(call: Call, { response, url }: Landed): boolean {
  const isRead = call.method === 'GET' || call.method === 'HEAD'
  const { status } = response
  return isRead && url.origin !== call.url.origin && (status === 400 || status === 401 || status === 403)
}

function leavesOrigin(from: URL, to: URL): OcishError {
  return new OcishError('REDIRECT_REFUSED', `refused to follow the sign-in at ${from.host} to ${to.host}`, {
    details: { host: from.host },
  })
}

function lengthOf(method: string, body: RequestBody | undefined): Readonly<Record<string, string>> {
  if (body !== undefined) return body.length === undefined ? {} : { 'content-length': String(body.length) }
  return method === 'GET' || method === 'HEAD' ? {} : { 'content-length': '0' }
}

import type { TraceEvent } from './trace.ts'

/** What a registry is told about the caller. `source` names where it was found, for error messages. */
export type Credential =
  | { readonly username: string; readonly password: string; readonly source: string }
  /** An OAuth2 refresh token; `username` where the file names one. */
  | { readonly identityToken: string; readonly username?: string; readonly source: string }
  /** A bearer token, used as it is. */
  | { readonly registryToken: string; readonly source: string }

/** Finds what to present to `host`; undefined: anonymous. `repository` is absent for calls on the whole registry. */
export type CredentialLookup = (
  host: string,
  repository: string | undefined,
  signal: AbortSignal | undefined,
) => Promise<Credential | undefined> | Credential | undefined

/** A bearer token and until when it holds, in milliseconds since 1970. */
export interface CachedToken {
  readonly token: string
  /** Milliseconds since 1970. */
  readonly expires: number
}

/**
 * Where tokens outlive the process. Keys are opaque texts without secrets; an expired entry may be dropped at any time.
 * Failures to store are the cache's own concern: neither method should reject.
 */
export interface TokenCache {
  get(key: string): Promise<CachedToken | undefined> | CachedToken | undefined
  set(key: string, token: string, expires: number): Promise<void> | void
}

/**
 * Where the sessions of large uploads, and which hosts keep them, outlive the process: ids are addresses, and may be
 * secret. No method should reject.
 */
export interface UploadMemory {
  get(key: string): Promise<string | undefined>
  set(key: string, id: string): Promise<void>
  delete(key: string): Promise<void>
}

/** A request that will be repeated: why, and after how many seconds. */
export interface RetryEvent {
  /** How long the next attempt waits. */
  readonly seconds: number
  readonly reason: string
  /** The attempt that failed, from 1. */
  readonly attempt: number
  readonly host: string
}

/** In seconds. */
export interface Timeouts {
  /** DNS, TCP and TLS; default 10. */
  readonly connect?: number
  /** From the last byte of the request to the last header of the answer; default 60. */
  readonly headers?: number
  /** Between two chunks of a body, in either direction; default 30. */
  readonly bodyIdle?: number
  /** One whole small answer (manifest, list, token); default 120. */
  readonly answer?: number
}

/** In bytes. */
export interface Limits {
  /** Default 8 MiB. */
  readonly manifest?: number
  /** Default 16 MiB. */
  readonly page?: number
  /** Default 128 KiB. */
  readonly token?: number
  /** Default 64 KiB. */
  readonly error?: number
}

/** Proxies as the environment names them (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). */
export interface ProxySettings {
  readonly https?: string
  readonly http?: string
  readonly no?: string
}

/** How one registry is reached. Everything has a default; nothing is read from the environment or the disk. */
export interface ClientOptions {
  /** `auto` (default): plain HTTP on loopback names and addresses unless a TLS option is given, HTTPS elsewhere. */
  readonly plainHttp?: boolean | 'auto'
  /** Certificates of this host name are not checked. */
  readonly insecure?: boolean
  /** Further trusted authorities, PEM. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** Client certificate, PEM; presented to the registry's own origin only. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  /** Sent to the registry's own origin only. */
  readonly headers?: Readonly<Record<string, string>>
  /** `HOST:PORT:ADDRESS`: connect there instead of asking DNS. */
  readonly resolve?: readonly string[]
  readonly userAgent?: string
  readonly credentials?: CredentialLookup
  /**
   * Whether a request may go to this address: the registry's own, or whatever it names (token services, redirects,
   * uploads). What it refuses fails with RESTRICTED before a connection is made. Default: any.
   */
  readonly mayContact?: (url: URL) => boolean
  /** Hosts (`host[:port]`) besides the registry's own site whose token service may see its credentials. */
  readonly realms?: readonly string[]
  readonly tokenCache?: TokenCache
  /** Lets an upload that a process left go on in the next one; default: it goes on within the process only. */
  readonly uploads?: UploadMemory
  /** Bytes from which an upload that was cut goes on where the registry keeps what it has; default 64 MiB. */
  readonly resumableFrom?: number
  /** A `Warning: 299` header, once per text; unescaped, control characters removed. */
  readonly onWarning?: (text: string, host: string) => void
  /** Events are redacted before they exist: no credential, token, signed query or body. */
  readonly onTrace?: (event: TraceEvent) => void
  readonly onRetry?: (event: RetryEvent) => void
  readonly timeouts?: Timeouts
  /** Attempts after the first one; default 5. */
  readonly retries?: number
  /** First pause between attempts in seconds, doubled each time; default 0.25. */
  readonly backoff?: number
  /** Longest pause in seconds, also when the registry asks for more (then it is an error); default 120. */
  readonly maxWait?: number
  /**
   * Requests at a time, of each of three classes: small ones, downloads, uploads; default 8, and 16 to a host that is 10 ms
   * and more away as long as it asks for no pause.
   */
  readonly concurrency?: number
  readonly proxy?: ProxySettings
  /** Pages of one list; default 1,000. */
  readonly maxPages?: number
  readonly limits?: Limits
}

import type { OnTransfer, Registry } from '@ocish/core'
import type { CredentialLookup } from '@ocish/core/client'
import type { Annotations, Description, Platform } from '@ocish/sdk'
import type { ConnectionFlags } from './clients.ts'
import type { KindEntry } from './kind-table.ts'
import type { Env } from './paths.ts'

/** What a host may use: folders, credentials, connections. What is not given is not touched. */
export interface HostOptions {
  /** Holds the content store, tokens, locks and `config/config.toml`. Absent: no file is read or written unasked. */
  readonly stateFolder?: string
  /** `files`: those of Docker and podman, where `env` and `home` lead to them. Default: anonymous. */
  readonly credentials?: CredentialLookup | 'files'
  /** What relative paths start from; default: the working folder. */
  readonly cwd?: string
  /** For proxies, credential files and `OCISH_…`; default: nothing. */
  readonly env?: Env
  /** Default: the user's. */
  readonly home?: string
  /** How registries are reached. */
  readonly connection?: ConnectionFlags
  /** How a remote registry is reached; default: over HTTP. */
  readonly connect?: (host: string) => Promise<Registry>
  /** The kinds to choose from; default: those that come with the program. */
  readonly kinds?: readonly KindEntry[]
  /** The entry of an index to take; default: none where an index will do, else this machine's. */
  readonly platform?: Platform
  /** Of the program that uses this library, for the user agent. */
  readonly version?: string
  readonly warn?: (message: string) => void
  readonly progress?: OnTransfer
}

/** What every call of a host takes. An abort passes through as the signal's own reason. */
export interface CallOptions {
  readonly signal?: AbortSignal
}

/** `as`: the kind to take it for, where it is not found by what it is. Errors: KIND_UNKNOWN. */
export interface KindCallOptions extends CallOptions {
  /** Take it as this kind. */
  readonly as?: string
}

/** What `push` says about what it publishes beside what the kind does. */
export interface PushOptions extends KindCallOptions {
  readonly artifactType?: string
  readonly annotations?: Annotations
  /** Further tags. */
  readonly tags?: readonly string[]
  /** Options of the kind, by name. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** How `pull` writes: `unpack` what is inside, `force` to replace what is there. Errors without it: FILE_EXISTS. */
export interface PullOptions extends KindCallOptions {
  /** Replace what is in the folder. */
  readonly force?: boolean
  /** Write what the kind makes of it, not the files with titles. */
  readonly unpack?: boolean
}

/** What was pushed. */
export interface PushResult {
  readonly ref: string
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly tags: readonly string[]
  readonly kind?: string
}

/** A description, and what it is one of. */
export interface Described extends Description {
  readonly kind: string
  readonly ref: string
  readonly digest: string
}

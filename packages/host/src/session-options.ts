import type { Confirmation } from '@ocish/commands'
import type { OnTransfer, Registry } from '@ocish/core'
import type { CredentialLookup, TraceEvent } from '@ocish/core/client'
import type { Bytes, KindContext } from '@ocish/sdk'
import type { CommonFlags } from '@ocish/shell'
import type { KindEntry } from './kind-table.ts'
import type { Env, Paths } from './paths.ts'

/** What a session is made from. Nothing of it is read from the process. */
export interface SessionOptions {
  /** Of the program, for `version` and the user agent. */
  readonly version: string
  /** What relative paths start from. */
  readonly cwd: string
  /** Proxies, credential files of other tools, `OCISH_…`. */
  readonly env: Env
  /** The user's home folder. */
  readonly home: string
  /** Where files of its own are kept (`pathsFrom`). Absent: none is read or written. */
  readonly paths?: Paths
  readonly flags?: Partial<CommonFlags>
  /** No files outside of `cwd`, no credentials or settings changed, no kinds of plugins unless `kinds` names them. */
  readonly restricted?: boolean
  /** The registries that may be asked; absent: any. */
  readonly allowHosts?: readonly string[]
  /** How a remote registry is reached; default: over HTTP. */
  readonly connect?: (host: string) => Promise<Registry>
  /** What registries are told about the caller; default: what the files and helpers of Docker and podman hold. */
  readonly credentials?: CredentialLookup
  /** Seconds for which tags and lists are taken from the store without asking the registry; default 0: it is asked. */
  readonly freshFor?: number
  /** The kinds to choose from; default: those that come with the program, and the enabled plugins'. */
  readonly kinds?: readonly KindEntry[]
  /** Ends what the session does on its own account; single calls have their own. */
  readonly signal?: AbortSignal
  /** Something that should not be overlooked. */
  readonly warn?: (message: string) => void
  /** Something that may be of interest. */
  readonly note?: (message: string) => void
  /** What the location `-` reads; opened once, and only when it is asked for. */
  readonly input?: () => Bytes
  /** Where the location `-` writes to. */
  readonly output?: (bytes: Bytes) => Promise<void>
  readonly progress?: OnTransfer
  readonly kindProgress?: KindContext['progress']
  readonly trace?: (event: TraceEvent) => void
  /** Asks a person; absent: there is nobody to ask. */
  readonly confirm?: (question: string, more?: Confirmation) => Promise<boolean>
  /** Reads a secret without showing it; absent: there is nobody to ask. */
  readonly readSecret?: (prompt: string) => Promise<string>
}

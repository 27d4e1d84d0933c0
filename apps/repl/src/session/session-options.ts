import type { KindEntry } from '@ocish/host'
import type { CommonFlags, Externals } from '@ocish/shell'

/** What a session is started with. */
export interface StartOptions {
  readonly version: string
  /** Flags that stood before the program: they hold for every line. */
  readonly flags?: Partial<CommonFlags>
  readonly kinds?: readonly KindEntry[]
  /** The registries that may be asked; absent: any. */
  readonly allowHosts?: readonly string[]
  /** The context to begin in. */
  readonly context?: string
  /**
   * Other programs (`^jq`); `flush` writes what was printed before one starts, `hard` kills what runs. Absent: refused.
   */
  readonly externals?: (flush: () => Promise<void>, hard: AbortSignal) => Externals
  /** No cursor movement: for screen readers, dumb terminals and whoever asks for it. */
  readonly plain?: boolean
}

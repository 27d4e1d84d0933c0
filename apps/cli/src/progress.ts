import type { OnTransfer } from '@ocish/host'

/** How a run shows what it moves, on standard error. */
export interface Progress {
  readonly onTransfer: OnTransfer
  /** Takes away what is on the screen, before anything else is written there. */
  clear(): void
  /** What is said when the run is over. */
  end(): void
}

import type { Confirmation } from '@ocish/host'

/** What a front end offers to the session behind it. */
export interface Surface {
  /** Finished text, above whatever is being typed. Resolves when more may come. */
  write(text: string): Promise<void>
  /** Something that is shown changed. */
  changed(): void
  /** Asks yes or no, or for what has to be typed. */
  confirm(question: string, more: Confirmation, signal: AbortSignal): Promise<boolean>
  /** A line. Errors: INTERRUPTED. */
  readLine(prompt: string, signal: AbortSignal): Promise<string>
  /** A line that is not shown while it is typed. */
  readSecret(prompt: string, signal: AbortSignal): Promise<string>
  /** The terminal belongs to somebody else while this runs; tells how often Ctrl-C came within a second. */
  suspended<T>(work: () => Promise<T>, onInterrupt?: (times: number) => void): Promise<T>
  readonly columns: number
  readonly rows: number
}

import type { OnTransfer, TransferEvent } from '@ocish/host'
import type { Progress } from './progress.ts'
import { Transfers } from './transfers.ts'

/** Milliseconds between two events about the bytes of one piece. */
const pace = 100

/** Every event as a line of JSON, with a summary at the end; for programs, on a terminal or not. */
export class JsonProgress implements Progress {
  readonly #write: (line: string) => void
  readonly #now: () => number
  readonly #transfers: Transfers
  readonly #told = new Map<string, number>()

  constructor(write: (line: string) => void, now: () => number = () => performance.now()) {
    this.#write = write
    this.#now = now
    this.#transfers = new Transfers(now)
  }

  readonly onTransfer: OnTransfer = (event) => {
    this.#transfers.take(event)
    if (event.type === 'moving' && !this.#isDue(event)) return
    const { type: name, ...rest } = event
    this.#say({ event: name, ...plain(rest) })
  }

  /** Lines stay. */
  clear(): void {
    return
  }

  end(): void {
    const { moved, movedBytes, mounted, reused } = this.#transfers.totals()
    if (moved + mounted + reused === 0) return
    const ms = Math.round(this.#transfers.elapsed)
    this.#say({ event: 'summary', moved, bytes: movedBytes, mounted, reused, ms })
  }

  #isDue({ descriptor, done }: Extract<TransferEvent, { type: 'moving' }>): boolean {
    const now = this.#now()
    const last = this.#told.get(descriptor.digest)
    if (last !== undefined && now - last < pace && done < descriptor.size) return false
    this.#told.set(descriptor.digest, now)
    return true
  }

  #say(event: Readonly<Record<string, unknown>>): void {
    this.#write(`${JSON.stringify(event)}\n`)
  }
}

/** The descriptor's own fields; what else it carries is the artifact's. */
function plain(event: object): object {
  const { descriptor, ...rest } = event as {
    readonly descriptor?: { digest: string; mediaType: string; size: number }
  }
  if (descriptor === undefined) return rest
  const { digest, mediaType, size } = descriptor
  return { digest, mediaType, size, ...rest }
}

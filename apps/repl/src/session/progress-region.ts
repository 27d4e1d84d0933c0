import type { Look, Text } from '@ocish/shell/text'
import type { RunScope } from './run-scope.ts'

/** Milliseconds between two paintings. */
const pauses = { lively: 100, calm: 1000 }

export interface ProgressRegionOptions {
  readonly running: () => Iterable<RunScope>
  /** Nothing is to move more often than once a second. */
  readonly isCalm: () => boolean
  readonly paint: () => void
}

/** How far the lines that run are, painted at a pace of its own. */
export class ProgressRegion {
  readonly #options: ProgressRegionOptions
  #soon: NodeJS.Timeout | undefined
  #isStale = true
  #shownOf: readonly unknown[] = []
  #shown: readonly Text[] = []

  constructor(options: ProgressRegionOptions) {
    this.#options = options
  }

  /** Something moved. It is painted a few times a second; where it is to be calm, once. */
  changed(): void {
    const { isCalm, paint } = this.#options
    this.#soon ??= setTimeout(
      () => {
        this.#soon = undefined
        this.#isStale = true
        paint()
      },
      isCalm() ? pauses.calm : pauses.lively,
    )
  }

  /** At most `room` of each line. Where it is to be calm, what a key paints anew moves no bar. */
  rows(room: number, look: Look): readonly Text[] {
    const { running, isCalm } = this.#options
    const scopes = [...running()].filter(isTold)
    const shownOf = [room, look.width, ...scopes]
    const isSame =
      shownOf.length === this.#shownOf.length && shownOf.every((one, at) => one === this.#shownOf[at])
    if (this.#isStale || !isSame || !isCalm()) {
      this.#isStale = false
      this.#shownOf = shownOf
      this.#shown = scopes.flatMap((scope) => scope.progress.rows(room, look))
    }
    return this.#shown
  }

  /** Nothing is painted any more. */
  close(): void {
    clearTimeout(this.#soon)
  }
}

/** Its flags let its progress be seen. */
function isTold({ flags }: RunScope): boolean {
  return flags.quiet !== true && (flags.progress ?? 'auto') === 'auto'
}

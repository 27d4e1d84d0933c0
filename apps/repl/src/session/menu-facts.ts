import type { Services } from '@ocish/host'
import { factsOf } from '../completion/remote.ts'
import type { Candidate } from '../prompt/candidate.ts'
import { menuPage } from '../prompt/menu.ts'
import type { Menu } from '../prompt/state.ts'

/** Milliseconds the selection has to rest before anything is asked. */
const rest = 150
const atOnce = 2

/** Fills the columns of visible rows, a little after the selection came to rest, two rows at a time. */
export class MenuFacts {
  readonly #services: () => Promise<Services>
  readonly #known = new Map<string, readonly (string | undefined)[]>()
  readonly #changed: () => void
  #timer: NodeJS.Timeout | undefined
  #asking: AbortController | undefined

  constructor(services: () => Promise<Services>, changed: () => void) {
    this.#services = services
    this.#changed = changed
  }

  /** Looks at what is shown now. */
  shown(menu: Menu | undefined): void {
    clearTimeout(this.#timer)
    this.#asking?.abort()
    const wanted = menu?.view
      .slice(menu.top, menu.top + menuPage)
      .filter(
        (candidate) => candidate.columns?.includes(undefined) === true && !this.#known.has(candidate.value),
      )
    if (wanted === undefined || wanted.length === 0) return
    this.#timer = setTimeout(() => void this.#ask(wanted), rest)
  }

  /** The candidates with what is known by now. */
  filled(menu: Menu): Menu {
    if (this.#known.size === 0) return menu
    const view = menu.view.map((candidate) => {
      const columns =
        candidate.columns?.includes(undefined) === true ? this.#known.get(candidate.value) : undefined
      return columns === undefined ? candidate : { ...candidate, columns }
    })
    return { ...menu, view }
  }

  forget(): void {
    this.#known.clear()
  }

  async #ask(wanted: readonly Candidate[]): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    const left = [...wanted]
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined && !asking.signal.aborted; next = left.shift()) {
        const { value } = next
        try {
          this.#known.set(value, await factsOf(value, await this.#services(), asking.signal))
        } catch {
          // A row without facts is still a row.
          if (!asking.signal.aborted) this.#known.set(value, ['', '', ''])
        }
        this.#changed()
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }
}

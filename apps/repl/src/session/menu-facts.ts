import { loadTagFacts, type Services } from '@ocish/host'
import type { Row } from '@ocish/shell'
import { humanDuration, humanSize } from '@ocish/shell/text'
import { VisibleFacts } from '../completion/visible-facts.ts'
import type { Candidate } from '../prompt/candidate.ts'
import { menuPage } from '../prompt/menu.ts'
import type { Menu } from '../prompt/state.ts'

/** Fills the columns kind, size and age of the visible rows of a menu. */
export class MenuFacts {
  readonly #facts: VisibleFacts

  constructor(services: () => Promise<Services>, changed: () => void) {
    this.#facts = new VisibleFacts(
      async (reference, signal) => loadTagFacts(reference, await services(), signal),
      changed,
    )
  }

  /** Looks at what is shown now. */
  shown(menu: Menu | undefined): void {
    const rows = menu?.view.slice(menu.top, menu.top + menuPage) ?? []
    this.#facts.shown(rows.filter(isOpen).map(({ value }) => value))
  }

  /** The candidates with what is known by now. */
  filled(menu: Menu): Menu {
    const view = menu.view.map((candidate) => {
      const facts = isOpen(candidate) ? this.#facts.of(candidate.value) : undefined
      return facts === undefined ? candidate : { ...candidate, columns: columnsOf(facts) }
    })
    return { ...menu, view }
  }

  forget(): void {
    this.#facts.forget()
  }
}

function isOpen({ columns }: Candidate): boolean {
  return columns?.includes(undefined) === true
}

function columnsOf({ kind, size, platforms, age }: Row): readonly string[] {
  const entries = Array.isArray(platforms) ? `${platforms.length} platforms` : ''
  return [
    typeof kind === 'string' ? kind : '',
    typeof size === 'number' ? humanSize(size) : entries,
    typeof age === 'number' ? humanDuration(age) : '',
  ]
}

import { loadTagFacts, type Services } from '@ocish/host'
import type { Row } from '@ocish/shell'
import { humanDuration, humanSize } from '@ocish/shell/text'
import { VisibleFacts } from '../completion/visible-facts.ts'
import type { Candidate } from '../prompt/candidate.ts'
import { menuPage } from '../prompt/menu.ts'
import { labelOf } from '../prompt/rank.ts'
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

  /** The candidates with what is known by now; of tags also which others have the same digest. */
  filled(menu: Menu): Menu {
    const facts = menu.view.map((candidate) =>
      isOpen(candidate) ? this.#facts.of(candidate.value) : undefined,
    )
    const alike = Map.groupBy(menu.view, (_candidate, at) => facts[at]?.['digest'])
    alike.delete(undefined)
    const isNoted = [...alike.values()].some(({ length }) => length > 1)
    const view = menu.view.map((candidate, at) => {
      if (!isOpen(candidate)) return candidate
      const own = facts[at] === undefined ? candidate.columns! : columnsOf(facts[at])
      const others = alike.get(facts[at]?.['digest'])?.filter((other) => other !== candidate) ?? []
      const note = others.map((other) => labelOf(other, menu.stage.base)).join(', ')
      return { ...candidate, columns: isNoted ? [...own, note] : own }
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

import type { Services } from '@ocish/host'
import type { Commands, Site } from '@ocish/shell'
import type { Look, Text } from '@ocish/shell/text'
import type { Candidate } from '../prompt/candidate.ts'
import { detailsOf } from './explained.ts'

export interface DetailsPaneOptions {
  readonly commands: () => Commands
  readonly services: () => Promise<Services>
  readonly look: () => Look
  readonly changed: () => void
}

/** The pane of the menu: what is known about the selected row. */
export class DetailsPane {
  readonly #options: DetailsPaneOptions
  #asking: AbortController | undefined
  #rows: readonly Text[] = []

  constructor(options: DetailsPaneOptions) {
    this.#options = options
  }

  get rows(): readonly Text[] {
    return this.#rows
  }

  /** Another row: what was asked about the one before ends. */
  async show(candidate: Candidate, site: Site): Promise<void> {
    this.close()
    const asking = new AbortController()
    const { signal } = asking
    this.#asking = asking
    this.#put(['  …' as Text])
    const { commands, services, look } = this.#options
    const rows = await detailsOf(candidate.value, site, {
      commands: commands(),
      services,
      look: look(),
      signal,
    })
    if (!signal.aborted) this.#put(rows)
  }

  close(): void {
    this.#asking?.abort()
    this.#rows = []
  }

  #put(rows: readonly Text[]): void {
    this.#rows = rows
    this.#options.changed()
  }
}

import { exits } from '@ocish/sdk'

/** What a writer knows of how its rows came about. */
export interface Status {
  readonly exit?: () => number | undefined
}

/** Asked after the last row: with none at all an empty list would be an answer that nobody gave. */
export function hasFailed({ exit }: Status): boolean {
  return (exit?.() ?? exits.ok) > exits.negative
}

import type { Confirmation } from '@ocish/commands'

/** A question as it is put to a person. */
export interface Confirming {
  /** To be shown before; none of them is safe text yet. */
  readonly lines: readonly string[]
  readonly prompt: string
  /** The answer says so; anything else is a no. */
  readonly agrees: (answer: string) => boolean
}

const isYes = (answer: string): boolean => /^y(?:es)?$/i.test(answer.trim())

/** How a question is put on one line of so many columns; `choice` says how yes and no are written. */
export function confirming(
  question: string,
  { details = [], typed }: Confirmation,
  { choice, columns }: { readonly choice: string; readonly columns: number },
): Confirming {
  const short = `${question} ${choice} `
  if (typed === undefined && details.length === 0 && short.length + 4 <= columns)
    return { lines: [], prompt: short, agrees: isYes }
  const lines = [question, ...details.map((line) => `  ${line}`)]
  if (typed === undefined) return { lines, prompt: `${choice} `, agrees: isYes }
  const agrees = (answer: string): boolean => answer.trim() === typed
  return { lines, prompt: `type ${typed} to go on, or Enter to leave it: `, agrees }
}

import { cut, safe, text, type Text, width } from '@ocish/shell/text'
import { characterBefore } from '../editor/grapheme.ts'
import type { KeyEvent } from '../keys/key-event.ts'
import type { Frame } from '../layout/frame.ts'

/** A question that waits for its answer at the prompt. */
export interface Question {
  readonly prompt: string
  readonly isSecret: boolean
  readonly answer: string
  readonly settle: (answer: string | undefined) => void
}

/** What a key does to a question; undefined once it is answered or refused. */
export function answering(question: Question, event: KeyEvent): Question | undefined {
  const { answer, settle } = question
  if (event.type !== 'key') return { ...question, answer: answer + event.text.replaceAll(/[\r\n]/g, '') }
  switch (event.name) {
    case 'enter':
    case 'ctrl-j':
      settle(answer)
      return undefined
    case 'ctrl-c':
    case 'ctrl-g':
    case 'escape':
      settle(undefined)
      return undefined
    case 'ctrl-d':
      if (answer !== '') return question
      settle(undefined)
      return undefined
    case 'backspace':
      return { ...question, answer: answer.slice(0, characterBefore(answer, answer.length)) }
    case 'ctrl-u':
      return { ...question, answer: '' }
    default:
      return question
  }
}

/** The frame while a question waits: what is at work, as far as there is room, and the row that asks. */
export function questionFrame(
  { prompt, isSecret, answer }: Question,
  progress: readonly Text[],
  screen: { readonly columns: number; readonly rows: number },
): Frame {
  const asked = text`${safe(prompt)}${isSecret ? ('' as Text) : safe(answer)}`
  const row = cut(asked, screen.columns - 1)
  const rows = [...progress.slice(0, Math.max(0, screen.rows - 2)), row]
  return { rows, x: Math.min(screen.columns - 1, width(row)), y: rows.length - 1 }
}

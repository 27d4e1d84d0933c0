import { safe, text, type Text } from '@ocish/shell/text'
import { characterBefore } from '../editor/grapheme.ts'
import type { KeyEvent } from '../keys/key-event.ts'

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

/** The row that asks. */
export function questionRow({ prompt, isSecret, answer }: Question): Text {
  return text`${safe(prompt)}${isSecret ? ('' as Text) : safe(answer)}`
}

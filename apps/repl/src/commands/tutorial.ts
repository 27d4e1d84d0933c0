import type { HistoryEntry } from '../history/history-store.ts'
import { sessionSignature, type SessionCommand, type SessionState } from './session-command.ts'

interface Lesson {
  readonly text: string
  /** The line that would do. */
  readonly line: string
  isDone(state: SessionState, lines: readonly HistoryEntry[]): boolean
}

const ran = (pattern: RegExp) => (_state: SessionState, lines: readonly HistoryEntry[]) =>
  lines.some((line) => line.status === 0 && pattern.test(line.text))

const lessons: readonly Lesson[] = [
  { text: 'See which registries you have.', line: 'ls', isDone: ran(/^\s*ls\b/) },
  {
    text: 'Go into one: Tab completes its name, and short names are relative to it afterwards.',
    line: 'cd REGISTRY',
    isDone: (state) => state.context !== '',
  },
  {
    text: 'Look at one artifact. Tab goes from repository to tag.',
    line: 'describe REPOSITORY:TAG',
    isDone: ran(/\bdescribe\s+\S/),
  },
  {
    text: 'Commands give rows; a pipe keeps some of them.',
    line: 'tags REPOSITORY | first 3',
    isDone: ran(/\|\s*(?:where|first|last|select|sort)\b/),
  },
  { text: 'See what is inside of what.', line: 'tree REPOSITORY:TAG', isDone: ran(/\btree\s+\S/) },
  {
    text: 'Start something beside the prompt with & at the end, then look at it with jobs.',
    line: 'ls & ',
    isDone: ran(/^\s*jobs\b/),
  },
]

const tutorial: SessionCommand = {
  signature: sessionSignature({
    name: 'tutorial',
    summary: 'a few lessons; it looks at what you typed and tells the next one',
    output: { form: 'value', type: 'string' },
    examples: [{ line: 'tutorial', note: 'type it again after each lesson' }],
  }),
  async *run(_call, state) {
    const at = lessons.findIndex((lesson) => !lesson.isDone(state, state.history.lines))
    const next = lessons[at]
    if (next === undefined) {
      yield `All ${lessons.length} lessons are done. help lists everything; F1 explains what is under the cursor.`
      return
    }
    yield `Lesson ${at + 1} of ${lessons.length}: ${next.text} Type: ${next.line}`
  },
}

export const tutorialCommands: readonly SessionCommand[] = [tutorial]

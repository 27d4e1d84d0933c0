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
    text: 'Go into one, Tab completes it: short names are relative to it.',
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
    text: 'Start something beside the prompt, then look at it: jobs.',
    line: 'ls &',
    isDone: ran(/^\s*jobs\b/),
  },
]

/** Lessons that were begun: since when lines count, in milliseconds since the epoch, and which was told last. */
export interface Teaching {
  readonly since: number
  readonly told: number
}

const tutorial: SessionCommand = {
  signature: sessionSignature({
    name: 'tutorial',
    summary: 'a few lessons; it looks at what you typed and tells the next one',
    output: { form: 'value', type: 'string' },
    examples: [{ line: 'tutorial', note: 'the next lesson comes by itself; again tells the same one' }],
  }),
  async *run(_call, state) {
    const { since } = state.teaching ?? { since: Date.now() }
    const { at, text } = lessonAt(state, since)
    state.teaching = { since, told: at }
    if (at === lessons.length) delete state.teaching
    yield text
  },
}

/** What is said after a line that did what the lesson wanted; undefined while it is still to be done, or nobody learns. */
export function nextLesson(state: SessionState): string | undefined {
  if (state.teaching === undefined) return undefined
  const { since, told } = state.teaching
  const { at, text } = lessonAt(state, since)
  if (at === told) return undefined
  if (at === lessons.length) delete state.teaching
  else state.teaching = { since, told: at }
  return text
}

function lessonAt(state: SessionState, since: number): { readonly at: number; readonly text: string } {
  const lines = state.history.lines.filter((line) => line.at >= since)
  const at = lessons.findIndex((lesson) => !lesson.isDone(state, lines))
  const lesson = lessons[at]
  return lesson === undefined
    ? {
        at: lessons.length,
        text: `All ${lessons.length} lessons are done. help lists everything; F1 explains what is under the cursor.`,
      }
    : { at, text: `Lesson ${at + 1} of ${lessons.length}: ${lesson.text}\n  ${lesson.line}` }
}

export const tutorialCommands: readonly SessionCommand[] = [tutorial]

import { signatures } from '@ocish/host'
import { type Commands, createCommands } from '@ocish/shell'
import { Decoder } from '../keys/decoder.ts'
import { Reader, worldOf } from '../session/reading.ts'
import type { Candidate, CandidateList } from './candidate.ts'
import { type ActionName, keymapWith } from './keymap.ts'
import {
  type Effect,
  initialPrompt,
  type PastLine,
  type PromptEvent,
  type PromptState,
  type World,
} from './state.ts'
import { step } from './step.ts'

/** The commands of the program, and one kind. */
export const testCommands: Commands = createCommands(signatures, { kinds: ['helm'] })

export interface KitOptions {
  readonly history?: readonly (string | PastLine)[]
  readonly context?: string
  readonly keys?: readonly (readonly [string, ActionName])[]
}

export function testWorld({ history = [], context = '', keys = [] }: KitOptions = {}): World {
  const lines = history.map((line, at): PastLine =>
    typeof line === 'string' ? { text: line, context: '', at, status: 0 } : line,
  )
  return worldOf({
    reader: new Reader(() => testCommands),
    keymap: keymapWith(keys),
    history: lines,
    context,
  })
}

/** A prompt that is typed at. */
export class TestPrompt {
  state: PromptState = initialPrompt()
  effects: Effect[] = []
  readonly world: World

  constructor(options: KitOptions = {}) {
    this.world = testWorld(options)
  }

  /** `|` is the cursor. */
  static at(marked: string, options?: KitOptions): TestPrompt {
    const prompt = new TestPrompt(options)
    const cursor = marked.indexOf('|')
    prompt.state = {
      ...prompt.state,
      editor: { ...prompt.state.editor, text: marked.replace('|', ''), cursor },
    }
    return prompt
  }

  send(event: PromptEvent): this {
    const [state, effects] = step(this.state, event, this.world)
    this.state = state
    this.effects.push(...effects)
    return this
  }

  key(...names: readonly string[]): this {
    for (const name of names) this.send({ type: 'key', name })
    return this
  }

  /** Bytes, as a terminal sends them. */
  bytes(input: string): this {
    const decoder = new Decoder()
    for (const event of [...decoder.push(input), ...decoder.flush()]) this.send(event)
    return this
  }

  answer(
    values: readonly (string | Candidate)[],
    parts: Partial<CandidateList> = {},
    request: number = this.state.request,
  ): this {
    const candidates = values.map((value) => (typeof value === 'string' ? { value } : value))
    return this.send({
      type: 'candidates',
      request,
      list: { candidates, status: { type: 'local' }, done: true, ...parts },
    })
  }

  get shown(): string {
    const { text, cursor } = this.state.editor
    return `${text.slice(0, cursor)}|${text.slice(cursor)}`
  }

  get told(): readonly string[] {
    return this.effects.map((effect) => effect.type)
  }

  get menu(): readonly string[] | undefined {
    return this.state.menu?.view.map((candidate) => candidate.value)
  }
}

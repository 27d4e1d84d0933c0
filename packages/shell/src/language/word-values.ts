import { OcishError } from '@ocish/sdk'
import type { Outcome } from '../command.ts'
import { wordText } from './expand-words.ts'
import { valueAt } from './field-path.ts'
import { collected } from './items.ts'
import type { Emission, RunOutcome } from './run-options.ts'
import { Scope } from './scope.ts'
import type { Part, Program, Word } from './syntax.ts'
import { wholeExpansion } from './whole-expansion.ts'

/** Runs what stands in `$( … )`. */
type Substitute = (body: Program, scope: Scope) => AsyncGenerator<Emission, RunOutcome>

/** What the words of a program come to when it runs. `durations`: expansions whose numbers are milliseconds. */
export class WordValues {
  readonly #durations: ReadonlySet<Part>
  readonly #substitute: Substitute

  constructor(durations: ReadonlySet<Part>, substitute: Substitute) {
    this.#durations = durations
    this.#substitute = substitute
  }

  /** The texts of words; a word that is spread is as many as its list has entries. Errors: USAGE_INVALID_VALUE. */
  async texts(words: readonly Word[], scope: Scope): Promise<readonly string[]> {
    const args: string[] = []
    for (const word of words) {
      const value = word.spread ? await this.argument(word.parts[0]!, scope) : undefined
      if (Array.isArray(value))
        for (const entry of value)
          args.push(await this.text({ ...word, spread: false, parts: [bare(entry, word)] }, scope))
      else args.push(await this.text(word, scope))
    }
    return args
  }

  /** The text of one word. Errors: USAGE_INVALID_VALUE, those of what it substitutes. */
  text(word: Word, scope: Scope): Promise<string> {
    return wordText(word, (part) => this.argument(part, scope))
  }

  /** A word that is one expansion keeps its value; any other is text. */
  async value(word: Word, scope: Scope): Promise<unknown> {
    const whole = wholeExpansion(word)
    return whole === undefined ? this.text(word, scope) : this.partValue(whole, scope)
  }

  /** A value on its way into a word: a duration says its unit, so that reading it gives the same time. */
  async argument(part: Part, scope: Scope): Promise<unknown> {
    const value = await this.partValue(part, scope)
    return this.#durations.has(part) ? withUnit(value) : value
  }

  /** What a variable holds, or what a program in a word gives: one value, else the list of them. */
  async partValue(part: Part, scope: Scope): Promise<unknown> {
    if (part.kind === 'variable') return valueAt(scope.get(part.name), part.path)
    if (part.kind !== 'substitution')
      return wordText({ parts: [part], spread: false, from: part.from, to: part.to }, async () => undefined)
    const values: unknown[] = []
    const work = this.#substitute(part.body, new Scope(scope))
    let step = await work.next()
    for (; step.done !== true; step = await work.next()) values.push(await collected(step.value.edge))
    if (step.value.exit !== 0) throw step.value.error ?? negative(part.from, part.to, step.value)
    return values.length <= 1 ? values[0] : values.flat()
  }
}

function withUnit(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnit)
  return typeof value === 'number' ? `${value}ms` : value
}

function bare(value: unknown, word: Word): Part {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return { kind: 'bare', text, pattern: false, from: word.from, to: word.to }
}

function negative(from: number, to: number, outcome: Outcome): OcishError {
  return new OcishError('NEGATIVE_ANSWER', 'the command in $( … ) answered no', {
    exit: outcome.exit,
    details: { span: { from, to } },
  })
}

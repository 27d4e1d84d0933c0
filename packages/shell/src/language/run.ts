import { exits, isOcishError, OcishError } from '@ocish/sdk'
import type { BoundCall } from '../bound-call.ts'
import type { Outcome, Row } from '../command.ts'
import { commonOf, type CommonFlags } from '../common-flags.ts'
import { errorOf } from '../diagnostic.ts'
import { edgeOf, outputOf } from '../edge-of.ts'
import { ProgramEnd } from '../program-end.ts'
import { isVerb } from '../verbs.ts'
import type { BoundProgram, BoundStage } from './bound-program.ts'
import { literalText } from './call-words.ts'
import { condition } from './condition.ts'
import { expandedCall, wordText } from './expand-words.ts'
import { valueAt } from './field-path.ts'
import { guarded, type Guard } from './guard.ts'
import { bytesIn, collected, flowLike, formatOfFile, inputOf, itemsOf, type Flow } from './items.ts'
import { runEach } from './run-each.ts'
import { runExternal } from './run-external.ts'
import type { Emission, RunOptions, RunOutcome } from './run-options.ts'
import { noFiles, runVerb } from './run-verb.ts'
import { Scope } from './scope.ts'
import type { CallStage, Part, Pipe, Program, Redirect, Stage, Statement, Word } from './syntax.ts'
import { valueFlow } from './value-flow.ts'
import { wholeExpansion } from './whole-expansion.ts'

/**
 * Runs a bound program. Each pipe that gives something yields an emission; read its edge, then ask for the next one.
 * Rows are made as they are read. A failure that no `||` or `try` takes is thrown after the edge has ended; the
 * outcome is that of the last statement, or of the first that did not succeed. Errors: the first diagnostic of the
 * program when it has one, then those of the commands.
 */
export async function* run<Services>(
  program: BoundProgram,
  options: RunOptions<Services>,
): AsyncGenerator<Emission, RunOutcome> {
  const [first] = program.diagnostics
  if (first !== undefined) throw errorOf(first, program.parsed.source)
  const kept = options.scope
  const outer = new Scope(undefined, [
    ['args', options.args ?? []],
    ['error', kept?.error],
    ['env', {}],
    ...(options.variables ?? []),
    ...(kept?.names ?? []).map((name) => [name, kept?.get(name)] as const),
  ])
  const scope = new Scope(outer)
  try {
    const outcome = yield* new Runner(program, options).program(program.parsed.program, scope)
    if (outcome.exit === 0)
      for (const [name, value] of scope.entries()) kept?.set(name, value, program.names.get(name))
    return outcome
  } catch (error) {
    if (error instanceof ProgramEnd) return { exit: error.status }
    throw error
  } finally {
    if (kept !== undefined) kept.error = outer.get('error')
  }
}

/** What a pipe came to: an answer, or a failure that something may still take. */
interface Ended extends RunOutcome {
  readonly failed?: { readonly error: unknown }
}

/** Where a stage runs. */
interface Place {
  readonly scope: Scope
  readonly signal: AbortSignal
  /** Its output goes to whoever runs the program. */
  readonly last: boolean
}

/** One stage at work: what it gives, and how it will have ended. */
interface Started {
  readonly flow: Flow
  /** Undefined while it has not come to its end. */
  readonly outcome?: () => RunOutcome | undefined
  readonly call?: BoundCall
}

/** The first answer that is not yes: that of the pipe. A stage that was not read to its end has none. */
function endOf(outcomes: readonly (() => RunOutcome | undefined)[]): RunOutcome {
  for (const outcome of outcomes) {
    const ended = outcome()
    if (ended !== undefined && ended.exit !== 0) return ended
  }
  return { exit: 0 }
}

/** Of a pipe that was read to its end. */
function statusOf({ ended, failed }: Guard, outcomes: Parameters<typeof endOf>[0]): number | undefined {
  if (!ended) return undefined
  if (failed === undefined) return endOf(outcomes).exit
  return isOcishError(failed.error) ? failed.error.exit : exits.interrupted
}

class Runner<Services> {
  readonly #program: BoundProgram
  readonly #options: RunOptions<Services>
  readonly #words: WordValues
  #input: RunOptions<Services>['input']

  constructor(program: BoundProgram, options: RunOptions<Services>) {
    this.#program = program
    this.#options = options
    this.#words = new WordValues(program.durations, (body, scope) => this.program(body, scope, true))
    this.#input = options.input
  }

  async *program(program: Program, scope: Scope, inner = false): AsyncGenerator<Emission, RunOutcome> {
    let outcome: RunOutcome = { exit: 0 }
    for (const statement of program.statements) {
      this.#options.signal.throwIfAborted()
      outcome = yield* this.#statement(statement, scope, inner)
      if (outcome.exit !== 0) return outcome
    }
    return outcome
  }

  async *#statement(
    statement: Statement,
    scope: Scope,
    inner: boolean,
  ): AsyncGenerator<Emission, RunOutcome> {
    if (statement.background && this.#options.background !== undefined) {
      const foreground = { ...statement, background: false }
      this.#options.background((signal) =>
        new Runner(this.#program, { ...this.#options, signal }).#statement(foreground, scope, inner),
      )
      return { exit: 0 }
    }
    let ended: Ended = { exit: 0 }
    for (const [index, { operator, pipe }] of statement.pipes.entries()) {
      if ((operator === '&&' && ended.exit !== 0) || (operator === '||' && ended.exit === 0)) continue
      ended = yield* this.#pipe(pipe, scope, inner)
      const next = statement.pipes[index + 1]?.operator
      // `||` recovers from a negative answer, never from a fault (shell.md §2.5).
      const answer = ended.exit === 0 || ended.exit === 1 || ended.exit === 3
      if (!answer) {
        if (ended.failed !== undefined)
          throw next === '||' ? withTryHint(ended.failed.error) : ended.failed.error
        return { exit: ended.exit }
      }
    }
    if (ended.failed !== undefined) throw ended.failed.error
    return ended.error === undefined ? { exit: ended.exit } : { exit: ended.exit, error: ended.error }
  }

  async *#pipe(pipe: Pipe, scope: Scope, inner: boolean): AsyncGenerator<Emission, Ended> {
    const outcomes: (() => RunOutcome | undefined)[] = []
    const state: Guard = { ended: false }
    const stop = new AbortController()
    const signal = AbortSignal.any([this.#options.signal, stop.signal])
    let done = false
    try {
      let flow = await this.#redirected(pipe, scope)
      let common: CommonFlags | undefined
      for (const [index, stage] of pipe.stages.entries()) {
        const last = index === pipe.stages.length - 1 && pipe.redirects.length === 0 && !inner
        const started = await this.#stage(stage, flow, { scope, signal, last })
        if (started.outcome !== undefined) outcomes.push(started.outcome)
        if (
          started.call !== undefined &&
          (common?.output === undefined || started.call.common.output !== undefined)
        )
          common = started.call.common
        flow = started.flow
      }
      const written = pipe.redirects.find((redirect) => redirect.operator !== '<')
      if (written !== undefined) await this.#write(written, flow, common, scope)
      else if (flow.form !== 'none') {
        const external = pipe.stages.at(-1)!.kind === 'call' && (pipe.stages.at(-1) as CallStage).external
        yield {
          edge: guarded(flow, state),
          common: common ?? commonOf({}),
          external,
          exit: () => statusOf(state, outcomes),
          from: pipe.from,
          to: pipe.to,
        }
        if (state.failed !== undefined) throw state.failed.error
        // Somebody who stopped reading has had enough: how the rest would have ended is not known.
        if (!state.ended) return { exit: 0 }
      }
      done = outcomes.every((outcome) => outcome() !== undefined)
      return endOf(outcomes)
    } catch (error) {
      if (!isOcishError(error)) throw error
      return { exit: error.exit, failed: { error } }
    } finally {
      // What still works for nobody (other programs, requests) ends with the pipe.
      if (!done) stop.abort()
    }
  }

  async #redirected(pipe: Pipe, scope: Scope): Promise<Flow> {
    const redirect = pipe.redirects.find((entry) => entry.operator === '<')
    if (redirect?.target === undefined) return { form: 'none' }
    const path = await this.#words.text(redirect.target, scope)
    const { files, signal } = this.#options
    if (files === undefined) throw noFiles(path)
    return { form: 'bytes', bytes: files.read(path, signal) }
  }

  async #write(redirect: Redirect, flow: Flow, common: CommonFlags | undefined, scope: Scope): Promise<void> {
    const path = await this.#words.text(redirect.target!, scope)
    const { files, signal } = this.#options
    if (files === undefined) throw noFiles(path)
    if (flow.form === 'none') return
    const format = common?.output ?? formatOfFile(path) ?? 'tsv'
    const append = redirect.operator === '>>'
    const after = append ? await files.beginning?.(path) : undefined
    await files.write(path, bytesIn(flow, format, common?.columns, after), { append, signal })
  }

  async #stage(stage: Stage, input: Flow, place: Place): Promise<Started> {
    const bound = this.#program.stages.get(stage)!
    const { scope } = place
    switch (stage.kind) {
      case 'missing':
        return { flow: input }
      case 'value':
        return { flow: valueFlow(await this.#words.partValue(stage.word.parts[0]!, scope), bound.output) }
      case 'let': {
        if (stage.value !== undefined) scope.set(stage.name, await this.#words.value(stage.value, scope))
        return { flow: { form: 'none' } }
      }
      case 'where': {
        const test = await condition(stage.expression, (word) => this.#words.value(word, scope), bound.input)
        const flow = this.#standardInput(input)
        return { flow: flowLike(flow, passing(itemsOf(flow), test)) }
      }
      case 'call':
        return stage.try ? this.#tried(stage, bound, input, place) : this.#call(stage, bound, input, place)
      default:
        return stage satisfies never
    }
  }

  async #call(stage: CallStage, bound: BoundStage, input: Flow, place: Place): Promise<Started> {
    const { scope, signal, last } = place
    if (stage.external) {
      const args = await this.#words.texts(stage.args, scope)
      return runExternal(literalText(stage.head) ?? '', args, inputOf(input), last, {
        ...this.#options,
        signal,
      })
    }
    const call = await this.#expanded(stage, bound, scope)
    const { name } = call.signature
    if (name === 'each') {
      const flow = this.#standardInput(input)
      const each = runEach(call, itemsOf(flow), bound.output, (item) =>
        this.program(
          stage.block ?? { from: stage.to, to: stage.to, statements: [] },
          new Scope(scope, [['it', item]]),
          true,
        ),
      )
      return { ...each, call }
    }
    if (isVerb(name)) {
      const flow = input.form === 'none' ? this.#standardInput(input) : input
      return { flow: await runVerb(call, flow, bound, { ...this.#options, signal }), call }
    }
    const command = await this.#options.load(name)
    const services = await this.#options.services(call)
    const given = inputFor(call, call.signature.input === 'none' ? input : this.#standardInput(input))
    const stream = command.run(
      {
        args: call.args,
        flags: call.flags,
        options: call.options,
        signal,
        ...(bound.columns === undefined ? {} : { columns: bound.columns }),
        ...(bound.limit === undefined ? {} : { limit: bound.limit }),
        ...(given === undefined ? {} : { input: given }),
      },
      services,
    )
    const { edge, ended } = await edgeOf(outputOf(call), stream)
    return { flow: edge ?? { form: 'none' }, outcome: ended, call }
  }

  /** Statuses 4 to 10 become 1, the error is `$error` (shell.md §2.5). */
  async #tried(stage: CallStage, bound: BoundStage, input: Flow, place: Place): Promise<Started> {
    const { scope } = place
    let taken: RunOutcome | undefined
    const take = (error: unknown): void => {
      if (!isOcishError(error) || error.exit > 10 || error.exit < 1 || error.exit === 2) throw error
      const exit = error.exit >= 4 ? 1 : error.exit
      scope.setGlobal('error', {
        code: error.code,
        message: error.message,
        exit: error.exit,
        hint: error.hint,
      })
      taken = { exit, error }
    }
    try {
      const started = await this.#call(stage, bound, input, place)
      const state: Guard = { ended: false, take }
      const outcome = (): RunOutcome | undefined => {
        const ended = taken ?? started.outcome?.()
        return ended === undefined || ended.exit < 4 || ended.exit > 10 ? ended : { exit: 1 }
      }
      return {
        ...started,
        flow: started.flow.form === 'none' ? started.flow : guarded(started.flow, state),
        outcome,
      }
    } catch (error) {
      take(error)
      return { flow: { form: 'none' }, outcome: () => taken }
    }
  }

  async #expanded(stage: CallStage, bound: BoundStage, scope: Scope): Promise<BoundCall> {
    const words = [stage.head, ...stage.args, ...(bound.line === undefined ? [] : [bound.line])]
    const patterns =
      this.#options.expand !== undefined &&
      bound.call!.items.some((item) => item.kind === 'argument' && item.pattern)
    if (!patterns && words.every((word) => literalText(word) !== undefined)) return bound.call!
    return expandedCall(
      words,
      this.#program.parsed.source,
      (part) => this.#words.argument(part, scope),
      this.#options,
    )
  }

  /** Standard input goes to the first stage that wants it, once. */
  #standardInput(flow: Flow): Flow {
    if (flow.form !== 'none' || this.#input === undefined) return flow
    const bytes = this.#input
    this.#input = undefined
    return { form: 'bytes', bytes }
  }
}
function withTryHint(error: unknown): unknown {
  if (!isOcishError(error)) return error
  const hint = `${error.hint === undefined ? '' : `${error.hint} `}Write try before the command to treat a failure as "no": || handles answers only.`
  return new OcishError(error.code, error.message, {
    cause: error.cause,
    hint,
    exit: error.exit,
    ...(error.details === undefined ? {} : { details: error.details }),
  })
}

async function* passing(
  items: AsyncIterable<unknown>,
  test: Awaited<ReturnType<typeof condition>>,
): AsyncGenerator<unknown, void> {
  for await (const item of items) if (test.test(item)) yield item
  test.end()
}

function inputFor(
  call: BoundCall,
  flow: Flow,
): { readonly rows?: AsyncIterable<Row>; readonly bytes?: AsyncIterable<Uint8Array> } | undefined {
  if (call.signature.input === 'none' || flow.form === 'none') return undefined
  if (call.signature.input === 'rows') return { rows: itemsOf(flow) as AsyncIterable<Row> }
  return { bytes: inputOf(flow)! }
}

/** Runs what stands in `$( … )`. */
type Substitute = (body: Program, scope: Scope) => AsyncGenerator<Emission, RunOutcome>

/** What the words of a program come to when it runs. `durations`: expansions whose numbers are milliseconds. */
class WordValues {
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

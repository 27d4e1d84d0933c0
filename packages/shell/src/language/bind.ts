import { bindWords } from '../bind-words.ts'
import type { BoundCall } from '../bound-call.ts'
import type { Commands } from '../commands.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { outputOf } from '../edge-of.ts'
import { isVerb } from '../verbs.ts'
import { checkExpression } from './bind-expression.ts'
import { variableType } from './bind-variable.ts'
import { verbOutput } from './bind-verb.ts'
import { lineOfBlock } from './block-line.ts'
import type { BoundProgram, BoundStage } from './bound-program.ts'
import { callWords, literalText } from './call-words.ts'
import { type Arrival, bytesProblem, commandInputProblem, itemsProblem } from './check-input.ts'
import { edgeTypeOf, elementOf, isDuration, together, type EdgeType } from './edge-type.ts'
import { defaultNeed, limitBefore, needOf, plannedColumns } from './plan-columns.ts'
import type { SessionScope } from './session-scope.ts'
import type { CallStage, LetStage, Parsed, Part, Pipe, Program, Stage, Statement, Word } from './syntax.ts'
import { wordsOf } from './walk.ts'
import { wholeExpansion } from './whole-expansion.ts'

/** What a program may refer to and use when it is bound. */
export interface BindOptions {
  /** Variables that exist before the program: `args`, `env`, `last`, those of the session. */
  readonly variables?: Iterable<string>
  /** What earlier programs named. */
  readonly scope?: SessionScope
  /** Standard input holds data for the first stage. */
  readonly input?: boolean
  /** `^name` is allowed; default true. */
  readonly externals?: boolean
  /** Jobs (`&`) exist; default false. */
  readonly jobs?: boolean
}

type Scope = Map<string, EdgeType>

/** Where a stage stands in its pipe, and the names it sees. */
interface Place {
  readonly scopes: readonly Scope[]
  readonly first: boolean
  readonly previous?: Stage
}

const none: EdgeType = { form: 'none' }
const any: EdgeType = { form: 'any' }
/** Nobody reads more of them, and looking for near names costs time. */
const complaintsAtMost = 100

const predefined = ['args', 'env', 'error']

/** Gives every word of a program its meaning, by data alone. Never throws; problems are in `diagnostics`. */
export function bind(parsed: Parsed, commands: Commands, options: BindOptions = {}): BoundProgram {
  const binder = new Binder(parsed, commands, options)
  const scope: Scope = new Map()
  for (const name of [...predefined, ...(options.variables ?? [])]) scope.set(name, any)
  for (const name of options.scope?.names ?? []) scope.set(name, options.scope?.typeOf(name) ?? any)
  const names: Scope = new Map()
  const output = binder.program(parsed.program, [scope, names])
  const diagnostics = [...parsed.diagnostics, ...binder.diagnostics].toSorted((a, b) => a.from - b.from)
  const { stages, durations } = binder
  return { parsed, stages, durations, diagnostics, output, names, known: [...scope.keys()] }
}

class Binder {
  readonly stages = new Map<Stage, BoundStage>()
  readonly durations = new Set<Part>()
  readonly diagnostics: Diagnostic[] = []
  readonly #parsed: Parsed
  readonly #commands: Commands
  readonly #options: BindOptions
  readonly #report = (diagnostic: Diagnostic): void => {
    if (this.diagnostics.length < complaintsAtMost) this.diagnostics.push(diagnostic)
  }

  constructor(parsed: Parsed, commands: Commands, options: BindOptions) {
    this.#parsed = parsed
    this.#commands = commands
    this.#options = options
  }

  program(program: Program, scopes: readonly Scope[]): EdgeType {
    return together(program.statements.map((statement) => this.#statement(statement, scopes)))
  }

  #statement(statement: Statement, scopes: readonly Scope[]): EdgeType {
    const outputs = statement.pipes.map(({ pipe }) => this.#pipe(pipe, scopes))
    if (statement.background && statement.pipes.some(({ pipe }) => pipe.stages[0]?.kind === 'let')) {
      this.#report({
        code: 'BIND_BACKGROUND',
        message: 'a job names nothing',
        hint: 'Leave out the &, or the let.',
        from: statement.from,
        to: statement.to,
      })
    } else if (statement.background && this.#options.jobs !== true) {
      this.#report({
        code: 'BIND_BACKGROUND',
        message: 'jobs exist in a session only',
        hint: 'Leave out the &, or use each --parallel.',
        from: Math.max(statement.from, statement.to - 1),
        to: statement.to,
      })
    }
    return together(outputs)
  }

  #pipe(pipe: Pipe, scopes: readonly Scope[]): EdgeType {
    const redirected = pipe.redirects.some((redirect) => redirect.operator === '<')
    let edge: EdgeType = redirected ? { form: 'bytes' } : none
    const bound: BoundStage[] = []
    for (const [index, stage] of pipe.stages.entries()) {
      const previous = pipe.stages[index - 1]
      const own = this.#stage(stage, edge, {
        scopes,
        first: index === 0,
        ...(previous === undefined ? {} : { previous }),
      })
      bound.push(own)
      edge = own.output
    }
    this.#plan(pipe, bound)
    for (const redirect of pipe.redirects)
      if (redirect.target !== undefined) this.#word(redirect.target, scopes)
    const [written, second] = pipe.redirects.filter((redirect) => redirect.operator !== '<')
    if (written === undefined) return edge
    if (second !== undefined) {
      const hint = 'Use save FILE | in the middle for the other one.'
      this.#report({
        code: 'BIND_REDIRECT',
        message: 'output goes to one file',
        hint,
        from: second.from,
        to: second.to,
      })
    }
    if (edge.form === 'none') {
      this.#report({
        code: 'BIND_TYPE_MISMATCH',
        message: 'there is nothing to write',
        from: written.from,
        to: written.to,
      })
    }
    return none
  }

  /** From the last stage to the first: what each of them has to bring. */
  #plan(pipe: Pipe, bound: readonly BoundStage[]): void {
    let need = defaultNeed
    let limit: number | undefined
    for (let index = pipe.stages.length - 1; index >= 0; index--) {
      const stage = pipe.stages[index]!
      const own = bound[index]!
      const { call } = own
      const command = call !== undefined && !isVerb(call.signature.name)
      const columns = command ? plannedColumns(need, own.output, call) : undefined
      this.stages.set(stage, {
        ...own,
        ...(columns === undefined ? {} : { columns }),
        ...(limit === undefined || !command ? {} : { limit }),
      })
      limit = limitBefore(stage, call, limit)
      if (call !== undefined && !command && call.common.columns !== undefined) {
        need = { base: false, extra: new Set(call.common.columns) }
      }
      need = needOf(stage, call, own.input, need)
    }
  }

  #stage(stage: Stage, input: EdgeType, place: Place): BoundStage {
    if ((stage.kind === 'let' || stage.kind === 'value') && !place.first) {
      const message = stage.kind === 'let' ? 'let stands alone' : 'a value takes nothing from a pipe'
      this.#report({
        code: 'BIND_TYPE_MISMATCH',
        message,
        hint: 'Begin a statement with it.',
        from: stage.from,
        to: stage.to,
      })
    }
    switch (stage.kind) {
      case 'missing':
        return { input, output: any }
      case 'value':
        return { input, output: this.#word(stage.word, place.scopes) }
      case 'let':
        return { input, output: this.#let(stage, place.scopes) }
      case 'where':
        this.#complain(itemsProblem(this.#arrival('where', stage, input, place)))
        for (const word of wordsOf(stage.expression)) this.#word(word, place.scopes)
        checkExpression(stage.expression, input, this.#report)
        return {
          input,
          output: input.form === 'none' || input.form === 'bytes' ? { form: 'rows', types: [] } : input,
        }
      case 'call':
        return this.#call(stage, input, place)
      default:
        return stage satisfies never
    }
  }

  #let(stage: LetStage, scopes: readonly Scope[]): EdgeType {
    const type = stage.value === undefined ? any : this.#word(stage.value, scopes)
    if (stage.name === '') return none
    if (type.form === 'none') {
      this.#report({
        code: 'BIND_TYPE_MISMATCH',
        message: 'there is no value to give a name to',
        from: stage.from,
        to: stage.to,
      })
    }
    const scope = scopes.at(-1)!
    if (scope.has(stage.name)) {
      this.#report({
        code: 'BIND_VARIABLE_EXISTS',
        message: `$${stage.name} has a value already`,
        hint: 'Use another name; a variable is set once.',
        from: stage.nameSpan.from,
        to: stage.nameSpan.to,
      })
    }
    scope.set(stage.name, type)
    return none
  }

  #call(stage: CallStage, input: EdgeType, place: Place): BoundStage {
    if (this.diagnostics.length >= complaintsAtMost) return { input, output: any }
    for (const word of stage.args) this.#word(word, place.scopes)
    const name = literalText(stage.head)
    if (stage.external) return this.#external(stage, input, name, place.scopes)
    if (name === undefined) {
      this.#word(stage.head, place.scopes)
      const hint = 'Write its name; arguments may come from variables.'
      this.#report({
        code: 'BIND_COMMAND_LITERAL',
        message: 'the command has to be written out',
        hint,
        from: stage.head.from,
        to: stage.head.to,
      })
      return { input, output: any }
    }
    const argv = this.#parsed.source.name === 'argv'
    const { source } = this.#parsed
    const line = lineOfBlock(stage, this.#commands.find(name), source.text)
    const written = line === undefined ? stage : { ...stage, args: [...stage.args, line] }
    const { call, diagnostics } = bindWords(callWords(written, argv), this.#commands, source)
    for (const diagnostic of diagnostics) this.#report(diagnostic)
    if (line !== undefined) this.program(stage.block!, [...place.scopes, new Map([['it', any]])])
    const block =
      stage.block === undefined || line !== undefined
        ? undefined
        : this.#block(stage, call, input, place.scopes)
    if (call === undefined) return { input, output: any }
    if (call.signature.name === 'each' && stage.block === undefined && !call.common.help) {
      const hint = 'Write each { … } with what is done for every row as $it.'
      this.#report({
        code: 'BIND_BLOCK',
        message: 'each needs a block',
        hint,
        from: stage.from,
        to: stage.to,
      })
    }
    if (isVerb(call.signature.name)) {
      return { input, call, output: this.#verb(call, stage, input, block, place) }
    }
    const arrival = this.#arrival(call.signature.name, stage, input, place)
    this.#complain(commandInputProblem(arrival, call.signature))
    return { input, call, output: edgeTypeOf(outputOf(call)), ...(line === undefined ? {} : { line }) }
  }

  #verb(
    call: BoundCall,
    stage: CallStage,
    input: EdgeType,
    block: EdgeType | undefined,
    place: Place,
  ): EdgeType {
    const { name } = call.signature
    const arrival = this.#arrival(name, stage, input, place)
    if (call.signature.input === 'bytes') this.#complain(bytesProblem(arrival))
    // `save` keeps whatever comes.
    else if (name !== 'save' || input.form !== 'bytes') this.#complain(itemsProblem(arrival))
    const read = input.form === 'bytes' && call.signature.input === 'rows' && name !== 'save'
    return verbOutput(call, read ? { form: 'rows', types: [] } : input, block, this.#report)
  }

  #external(
    stage: CallStage,
    input: EdgeType,
    name: string | undefined,
    scopes: readonly Scope[],
  ): BoundStage {
    if (name === undefined) this.#word(stage.head, scopes)
    if (this.#options.externals === false || name === undefined) {
      this.#report({
        code: 'BIND_EXTERNAL',
        message: name === undefined ? 'the program has to be written out' : 'other programs are not run here',
        hint: name === undefined ? 'Write its name after ^.' : 'Leave out --restricted.',
        from: stage.from,
        to: stage.head.to,
      })
    }
    if (stage.block !== undefined) this.#block(stage, undefined, input, scopes)
    return { input, output: { form: 'bytes' } }
  }

  #block(stage: CallStage, call: BoundCall | undefined, input: EdgeType, scopes: readonly Scope[]): EdgeType {
    if (call?.signature.name !== 'each') {
      this.#report({
        code: 'BIND_BLOCK',
        message: 'only each takes a block',
        hint: isJoined(stage)
          ? 'A brace begins a block: leave it out, or put the word in quotes.'
          : 'Use | each { … }.',
        from: stage.block!.from - 1,
        to: Math.min(stage.block!.to + 1, this.#parsed.source.text.length),
      })
    }
    const it = elementOf(input)
    return this.program(stage.block!, [...scopes, new Map([['it', it]])])
  }

  #arrival(name: string, stage: Stage, input: EdgeType, { first, previous }: Place): Arrival {
    const standardInput = this.#options.input === true
    return { name, stage, input, first, standardInput, ...(previous === undefined ? {} : { previous }) }
  }

  #complain(problem: Diagnostic | undefined): void {
    if (problem !== undefined) this.#report(problem)
  }

  /** Binds what is inside a word; the type is that of a word which is one expansion. */
  #word(word: Word, scopes: readonly Scope[]): EdgeType {
    const types = word.parts.map((part) => this.#part(part, scopes))
    return wholeExpansion(word) === undefined ? { form: 'value', type: 'string' } : types[0]!
  }

  #part(part: Part, scopes: readonly Scope[]): EdgeType {
    if (part.kind === 'variable' || part.kind === 'substitution') {
      const edge =
        part.kind === 'variable'
          ? variableType(part, scopes, this.#report)
          : this.program(part.body, [...scopes, new Map()])
      if (isDuration(edge)) this.durations.add(part)
      return edge
    }
    if (part.kind === 'double') for (const inner of part.parts) this.#part(inner, scopes)
    return { form: 'value', type: 'string' }
  }
}

/** The block follows a word without a blank, so that its brace was probably meant as a part of the word. */
function isJoined({ args, block }: CallStage): boolean {
  return block !== undefined && args.at(-1)?.to === block.from - 1
}

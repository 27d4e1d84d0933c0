import { join as joinPath } from 'node:path'
import { homedir } from 'node:os'
import {
  allKinds,
  expandPaths,
  helpDocument,
  kindCommands,
  loadCommand,
  localFiles,
  pathsFrom,
  type Services,
  signatures,
} from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import {
  type BoundProgram,
  type Command,
  createCommands,
  type Commands,
  type Emission,
  errorOf,
  run,
  type RunOptions,
  type RunOutcome,
  toProblem,
} from '@ocish/shell'
import { errorLine, errorReport, type Look, paint, safe, text, type Text } from '@ocish/shell/text'
import { sessionCommands } from '../commands/index.ts'
import type { FullScreenProgram, SessionState } from '../commands/session-command.ts'
import { HistoryStore } from '../history/history-store.ts'
import { type JobInfo, Jobs } from '../jobs/jobs.ts'
import { inContext, type ContextRules } from './context.ts'
import { contextual } from './contextual.ts'
import { LineOutput } from './line-output.ts'
import { lastRows, type Remembered } from './last-value.ts'
import { print } from './print.ts'
import { Progress } from './progress.ts'
import { Reader } from './reading.ts'
import { type RunScope, within } from './run-scope.ts'
import type { StartOptions } from './session-options.ts'
import { Sessions } from './sessions.ts'
import type { Surface } from './surface.ts'

/** What the front end does for the session besides writing. */
export interface Front extends Surface {
  readonly look: Look
  readonly isPlain: boolean
  jobEnded(job: JobInfo): void
  leave(status: number): void
  set(key: string, value: string): void
  readonly settings: ReadonlyMap<string, string>
  fullScreen(program: FullScreenProgram): Promise<void>
  /** Rows on the whole screen: `| view`. */
  view(emission: Emission): Promise<void>
}

/** How a line ended, and the line that would cure it. */
export interface Ended {
  readonly exit: number
  readonly fix?: string
}

/** The shell behind a prompt: context, commands, history and jobs. It knows no keys and paints nothing. */
export class ShellSession implements AsyncDisposable {
  readonly commands: Commands
  readonly reader: Reader
  readonly jobs: Jobs
  readonly history: HistoryStore
  readonly sessions: Sessions
  /** The lines that run in front, with how far they are. */
  readonly running: Set<RunScope> = new Set()
  readonly #front: Front
  readonly #options: StartOptions
  readonly #state: SessionState
  readonly #kindCommands: readonly Command<Services>[]
  readonly #stop = new AbortController()
  #last: unknown
  #lines = 0
  #names: ReadonlySet<string> = new Set()

  private constructor(front: Front, options: StartOptions, history: HistoryStore) {
    const kinds = options.kinds ?? allKinds(pathsFrom(process.env, homedir()))
    this.#front = front
    this.#options = options
    this.history = history
    this.jobs = new Jobs((job) => front.jobEnded(job))
    this.#kindCommands = kindCommands(kinds)
    this.commands = createCommands(
      [...signatures, ...this.#kindCommands, ...sessionCommands].map((entry) =>
        'signature' in entry ? entry.signature : entry,
      ),
      {
        options: kinds.flatMap((kind) => (kind.options ?? []).map((option) => ({ kind: kind.name, option }))),
        kinds: [...kinds.map((kind) => kind.name), 'generic'],
      },
    )
    this.reader = new Reader(
      () => this.commands,
      () => ['last'],
    )
    this.sessions = new Sessions({
      version: options.version,
      flags: options.flags ?? {},
      kinds,
      allowHosts: options.allowHosts,
      surface: front,
      say: (level, message) => void this.#say(level, message),
      signal: this.#stop.signal,
    })
    const resolve = (word: string): string => inContext(word, this.rules)
    this.#state = {
      context: options.context ?? '',
      previousContext: '',
      history,
      jobs: this.jobs,
      resolve,
      leave: (status) => front.leave(status),
      set: (key, value) => front.set(key, value),
      settings: front.settings,
      fullScreen: async (program) => front.fullScreen(program),
    }
  }

  static async open(front: Front, options: StartOptions): Promise<ShellSession> {
    const { state } = pathsFrom(process.env, homedir())
    const warnings: string[] = []
    const history = await HistoryStore.open(joinPath(state, 'history.db'), (message) =>
      warnings.push(message),
    )
    const session = new ShellSession(front, options, history)
    for (const message of warnings) await session.#say('warning', message)
    return session
  }

  get context(): string {
    return this.#state.context
  }

  get rules(): ContextRules {
    return { context: this.#state.context, names: this.#names }
  }

  /** What completion and full-screen programs work with. Errors: CONFIG_INVALID. */
  async services(): Promise<Services> {
    const session = await this.sessions.get()
    this.#names = new Set([...session.config.registries.values()].flatMap(({ alias }) => alias ?? []))
    return contextual(session, () => this.rules)
  }

  /** Runs one line to its end and prints what it gives; failures are printed, not thrown. */
  async run(line: string, stop: AbortController, scope: RunScope): Promise<Ended> {
    this.#lines += 1
    const { bound } = this.reader.read(line, `repl:${this.#lines}`)
    const output = new LineOutput(async (lines) => this.#front.write(lines))
    const started = Date.now()
    const id = this.history.add(line, this.context, started)
    let ended: Ended = { exit: 0 }
    try {
      ended = { exit: await within(scope, async () => this.#program(bound, stop.signal, scope, output)) }
      await output.end()
    } catch (error) {
      await output.end()
      ended = await this.#failed(stop.signal.aborted ? stopped(error) : error, bound)
    }
    if (id !== undefined) this.history.finish(id, ended.exit, Date.now() - started)
    return ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jobs.stopAll()
    this.#stop.abort()
    await this.sessions[Symbol.asyncDispose]()
    this.history[Symbol.dispose]()
  }

  async #program(
    bound: BoundProgram,
    signal: AbortSignal,
    scope: RunScope,
    output: LineOutput,
  ): Promise<number> {
    const [first] = bound.diagnostics
    if (first !== undefined) throw errorOf(first, bound.parsed.source)
    const asked = [...bound.stages.values()].find(({ call }) => call?.common.help === true)?.call
    if (asked !== undefined) {
      const value = helpDocument(asked.signature.name.split(' '), this.commands)
      await print({ form: 'value', type: 'text', value }, output.write, {
        flags: asked.common,
        raw: false,
        look: this.#front.look,
      })
      return 0
    }
    const { glob } = (await this.services()).options
    return this.#emitted(
      run(bound, { ...this.#runOptions(bound, signal, output), glob }),
      bound,
      scope,
      output,
    )
  }

  async #emitted(
    work: AsyncGenerator<Emission, RunOutcome>,
    bound: BoundProgram,
    scope: RunScope,
    output: LineOutput,
  ): Promise<number> {
    try {
      let step = await work.next()
      for (; step.done !== true; step = await work.next()) {
        const { edge, common, external, from, to } = step.value
        if (!scope.background && isViewed(bound, step.value)) {
          await output.end()
          await this.#front.view(step.value)
          continue
        }
        const remembered: Remembered = lastRows(edge)
        const raw = external || isRaw(bound, from, to)
        await print(remembered.edge, output.write, { flags: common, raw, look: this.#front.look })
        this.#last = remembered.value()
      }
      return step.value.exit
    } finally {
      await work.return({ exit: 0 })
    }
  }

  #runOptions(bound: BoundProgram, signal: AbortSignal, output: LineOutput): RunOptions<Services> {
    const base = { cwd: process.cwd(), home: homedir() }
    const { externals } = this.#options
    return {
      commands: this.commands,
      load: async (name) => this.#command(name),
      services: async (call) => contextual(await this.sessions.get(call), () => this.rules),
      signal,
      files: localFiles(base),
      ...(externals === undefined ? {} : { externals: this.#lent(externals(async () => output.end())) }),
      // References with patterns are expanded by the commands that take several of them.
      expand: (pattern, type, ending) =>
        type === 'path' ? expandPaths(pattern, base, ending) : one(pattern.replaceAll(/\\(.)/gs, '$1')),
      variables: [
        ['env', { ...process.env }],
        ['last', this.#last],
      ],
      look: this.#front.look,
      background: (work) => this.#background(bound, work),
    }
  }

  /** A program that has the terminal has it alone. */
  #lent(
    externals: NonNullable<RunOptions<Services>['externals']>,
  ): NonNullable<RunOptions<Services>['externals']> {
    return {
      run: (external) => {
        if (!external.inherit) return externals.run(external)
        const started = Promise.withResolvers<number>()
        const front = this.#front
        const output = (async function* () {
          await front.suspended(async () => {
            const ran = externals.run(external)
            ran.exit.then(started.resolve, started.reject)
            for await (const _ of ran.output);
            await ran.exit
          })
          yield* []
        })()
        return { output, exit: started.promise }
      },
    }
  }

  #background(
    bound: BoundProgram,
    work: (signal: AbortSignal) => AsyncGenerator<Emission, RunOutcome>,
  ): void {
    const line = bound.parsed.source.text.replace(/\s*&\s*$/, '')
    const stop = new AbortController()
    const scope: RunScope = { progress: new Progress(line), signal: stop.signal, background: true }
    this.running.add(scope)
    const job = this.jobs.start(
      line,
      async (signal) => {
        const output = new LineOutput(async (lines) => this.#front.write(lines))
        try {
          return await within(scope, async () => this.#emitted(work(signal), bound, scope, output))
        } catch (error) {
          return (await this.#failed(error, bound)).exit
        } finally {
          await output.end()
          this.running.delete(scope)
        }
      },
      stop,
    )
    void this.#front.write(`[${job.id}] ${safe(line)}\n`)
  }

  async #command(name: string): Promise<Command<Services>> {
    const own = sessionCommands.find(({ signature }) => signature.name === name)
    if (own !== undefined) {
      return { signature: own.signature, run: (call, services) => own.run(call, this.#state, services) }
    }
    const kind = this.#kindCommands.find((command) => command.signature.name === name)
    const command = kind ?? (await loadCommand(name))
    if (command === undefined) throw new TypeError(`${name} has a signature and no code`)
    if (name === 'help') return this.#help(command)
    if (name === 'set') return this.#set(command)
    return name === 'ls' && this.context !== '' ? this.#here(command) : command
  }

  /** `help` knows the commands of a session too. */
  #help(command: Command<Services>): Command<Services> {
    const { commands } = this
    return {
      ...command,
      async *run(call) {
        const topic = call.args['topic']
        yield helpDocument(Array.isArray(topic) ? topic.map(String) : [], commands)
      },
    }
  }

  /** Keys and motion belong to this session; everything else to the configuration. */
  #set(command: Command<Services>): Command<Services> {
    const state = this.#state
    return {
      ...command,
      async *run(call, services) {
        const own = ownSetting(call.args)
        if (own === undefined) return yield* command.run(call, services)
        const { key, value } = own
        if (value !== undefined) state.set(key, value)
        for (const [name, current] of state.settings)
          if (name.startsWith(key)) yield { key: name, value: current, source: 'session' }
        return undefined
      },
    }
  }

  /** Without an argument: what is here. */
  #here(command: Command<Services>): Command<Services> {
    const { context } = this
    return {
      ...command,
      run(call, services) {
        const given = call.args['location']
        const none = !Array.isArray(given) || given.length === 0
        return command.run(none ? { ...call, args: { ...call.args, location: [context] } } : call, services)
      },
    }
  }

  async #failed(error: unknown, bound: BoundProgram): Promise<Ended> {
    const { source } = bound.parsed
    const problem = toProblem(error, source)
    const silent = problem.code === 'INTERRUPTED'
    const { look, isPlain } = this.#front
    const lines = silent
      ? [paint('cancelled' as Text, 'warn', look)]
      : isPlain
        ? [errorLine(problem)]
        : errorReport(problem, look)
    await this.#front.write(`${lines.join('\n')}\n`)
    return { exit: problem.exit, ...(problem.corrected === undefined ? {} : { fix: problem.corrected }) }
  }

  async #say(level: 'warning' | 'note', message: string): Promise<void> {
    const { look } = this.#front
    const label = paint(level as string as Text, level === 'warning' ? 'warn' : 'dim', look)
    await this.#front.write(`${text`${label}: ${safe(message)}`}\n`)
  }
}

/** `keys.…` and `ui.…`, as `KEY VALUE` or `KEY=VALUE`. */
function ownSetting(
  args: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly value?: string } | undefined {
  const given = typeof args['key'] === 'string' ? args['key'] : ''
  const [, key = '', own] = /^([^=]+)(?:=(.*))?$/s.exec(given) ?? []
  if (!key.startsWith('keys.') && !key.startsWith('ui.')) return undefined
  const value = typeof args['value'] === 'string' ? args['value'] : own
  return value === undefined ? { key } : { key, value }
}

function stopped(error: unknown): unknown {
  return new OcishError('INTERRUPTED', 'cancelled', { cause: error })
}

// oxlint-disable-next-line require-await
async function* one(name: string): AsyncGenerator<string, void> {
  yield name
}

/** `--raw` in the pipe at this place: bytes go to a terminal as they are. */
function isRaw(bound: BoundProgram, from: number, to: number): boolean {
  for (const [stage, { call }] of bound.stages)
    if (stage.from >= from && stage.to <= to && call?.flags['raw'] === true) return true
  return false
}

/** The pipe ends in `view`. */
function isViewed(bound: BoundProgram, emission: Emission): boolean {
  for (const [stage, { call }] of bound.stages)
    if (stage.to === emission.to && stage.from >= emission.from && call?.signature.name === 'view')
      return true
  return false
}

import { homedir } from 'node:os'
import { join as joinPath } from 'node:path'
import {
  allKinds,
  callDefaults,
  type CallDefaults,
  expandPaths,
  localFiles,
  pathsFrom,
  type Services,
} from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import {
  type BoundProgram,
  type Commands,
  type CommonFlags,
  deadline,
  type Emission,
  errorOf,
  run,
  type RunOptions,
  type RunOutcome,
  SessionScope,
  toProblem,
} from '@ocish/shell'
import { type Look, paint, safe, text, type Text } from '@ocish/shell/text'
import { AnnotationKeys } from '../completion/annotation-keys.ts'
import type { FullScreenProgram, SessionState } from '../commands/session-command.ts'
import { nextLesson } from '../commands/tutorial.ts'
import { HistoryStore } from '../history/history-store.ts'
import { type JobInfo, Jobs } from '../jobs/jobs.ts'
import { CommandTable } from './command-table.ts'
import { asWritten } from './as-written.ts'
import { type ContextRules, inContext } from './context.ts'
import { contextual } from './contextual.ts'
import { printed } from './emissions.ts'
import { helpCalled } from './help-called.ts'
import { lent } from './lent.ts'
import { callFlagsOf, checkProgress, lineFlagsOf, said } from './line-flags.ts'
import { problemLines, whyEnded } from './line-failure.ts'
import { LineOutput } from './line-output.ts'
import { Reader } from './reading.ts'
import { currentRun, RunScope, within } from './run-scope.ts'
import type { StartOptions } from './session-options.ts'
import { type HostSessions, hostSessions } from './sessions.ts'
import type { Surface } from './surface.ts'
import { Transfers } from './transfers.ts'

/** What the front end does for the session besides writing. */
export interface Front extends Surface {
  readonly look: Look
  readonly isPlain: boolean
  jobEnded(job: JobInfo): void
  /** Leaves; with jobs at work it asks once. */
  leave(status: number): void
  /** Errors: USAGE_INVALID_VALUE. */
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

/** Commands after which plugins, aliases or sign-ins may be others. */
const changing = new Set(['plugin', 'alias', 'set', 'login', 'logout'])

/** The shell behind a prompt: context, commands, history and jobs. It knows no keys and paints nothing. */
export class ShellSession implements AsyncDisposable {
  readonly reader: Reader
  readonly jobs: Jobs
  readonly history: HistoryStore
  readonly sessions: HostSessions
  /** The lines that run, with how far they are. */
  readonly running: Set<RunScope> = new Set()
  readonly annotationKeys: AnnotationKeys = new AnnotationKeys()
  readonly #front: Front
  readonly #options: StartOptions
  readonly #state: SessionState
  readonly #table: CommandTable
  readonly #transfers: Transfers
  readonly #named: SessionScope = new SessionScope()
  readonly #stop = new AbortController()
  readonly #atWork = new Set<Promise<unknown>>()
  #prepared: Promise<void> | undefined
  #defaults: CallDefaults = {}
  #last: unknown
  #lines = 0
  #names: ReadonlySet<string> = new Set()

  private constructor(front: Front, options: StartOptions, history: HistoryStore) {
    this.#front = front
    this.#options = options
    this.history = history
    this.jobs = new Jobs((job) => front.jobEnded(job))
    this.#transfers = new Transfers(history.transfers, this.jobs)
    this.#table = new CommandTable(options.kinds ?? allKinds(pathsFrom(process.env, homedir())))
    this.reader = new Reader(() => this.commands, this.#named)
    this.sessions = hostSessions({
      version: options.version,
      flags: options.flags ?? {},
      kinds: () => this.#table.kinds,
      allowHosts: options.allowHosts,
      surface: front,
      say: (level, message) => void this.#say(level, message),
      signal: this.#stop.signal,
    })
    this.#state = {
      context: options.context ?? '',
      previousContext: '',
      history,
      jobs: this.jobs,
      resolve: (word) => inContext(word, this.rules),
      leave: (status) => front.leave(status),
      set: (key, value) => front.set(key, value),
      settings: front.settings,
      fullScreen: async (program) => front.fullScreen(program),
      ask: async (prompt, signal) => front.readLine(prompt, signal),
      canShow: () => !front.isPlain && currentRun()?.background !== true,
      check: (line, variables) => void this.bound(line, variables),
      beside: (line, variables) => this.beside(line, this.context, variables),
      resume: (id) => this.#transfers.resume(id, (line, context) => this.beside(line, context)),
      giveUp: (id) => this.#transfers.giveUp(id),
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
    const left = session.#transfers.found()
    if (left !== undefined) await session.#say('note', left)
    return session
  }

  get commands(): Commands {
    return this.#table.commands
  }

  /** Something takes no notice of being ended. */
  get isStuck(): boolean {
    return this.#atWork.size > 0
  }

  get aliases(): ReadonlyMap<string, readonly string[]> {
    return this.#table.aliases
  }

  /** What names are relative to where this is asked: a job keeps what it was started in. */
  get context(): string {
    return currentRun()?.context ?? this.#state.context
  }

  /** How things look where no line says it. */
  get lookFlags(): Partial<CommonFlags> {
    return { ...this.#defaults, ...said(this.#options.flags ?? {}) }
  }

  get rules(): ContextRules {
    return { context: this.context, names: this.#names }
  }

  /** What completion and full-screen programs work with. Errors: CONFIG_INVALID. */
  async services(): Promise<Services> {
    return contextual(await this.sessions.get(), () => this.rules)
  }

  /** Reads what the configuration says about lines; later calls wait for the first one. Never throws. */
  async prepare(): Promise<void> {
    await (this.#prepared ??= this.#read())
  }

  /** Runs one line to its end and prints what it gives; failures are printed, not thrown. */
  async run(line: string, scope: RunScope): Promise<Ended> {
    await this.prepare()
    this.#lines += 1
    const { bound } = this.reader.read(line, `repl:${this.#lines}`)
    const started = Date.now()
    const id = this.history.add(line, this.context, started)
    const ended = await this.#watched(scope, async (output) => this.#program(bound, scope, output), bound)
    if (id !== undefined) this.history.finish(id, ended.exit, Date.now() - started)
    await this.#changed(bound)
    const lesson = nextLesson(this.#state)
    if (lesson !== undefined) await this.#front.write(`\n${lesson}\n`)
    return ended
  }

  /** A line as it would run beside the prompt, with these variables. Errors: those of its text. */
  bound(line: string, variables: readonly string[]): BoundProgram {
    const bound = this.reader.readWith(line, variables)
    const [first] = bound.diagnostics
    if (first !== undefined) throw errorOf(first, bound.parsed.source)
    return bound
  }

  /** Runs a line as a job, in a context. Errors: those of its text. */
  beside(line: string, context: string, variables: Readonly<Record<string, unknown>> = {}): JobInfo {
    const bound = this.bound(line, Object.keys(variables))
    return this.#job(bound, new RunScope(line).toBackground(context), async (scope, output) =>
      this.#program(bound, scope, output, Object.entries(variables)),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#transfers.leave()
    for (const { stop } of this.running) stop.abort(new OcishError('INTERRUPTED', 'the session ended'))
    await within1s(this.#atWork)
    for (const { hard } of this.running) hard.abort(new OcishError('INTERRUPTED', 'the session ended'))
    this.#stop.abort()
    await this.sessions[Symbol.asyncDispose]()
    this.history[Symbol.dispose]()
  }

  async #watched(
    scope: RunScope,
    work: (output: LineOutput) => Promise<number>,
    bound: BoundProgram,
  ): Promise<Ended> {
    const ended = this.#ended(scope, work, bound)
    this.#atWork.add(ended)
    return ended.finally(() => this.#atWork.delete(ended))
  }

  /** The work of a line, its progress shown and its transfers noted; failures are printed. */
  async #ended(
    scope: RunScope,
    work: (output: LineOutput) => Promise<number>,
    bound: BoundProgram,
  ): Promise<Ended> {
    const output = new LineOutput(async (lines) => this.#front.write(lines), scope.hard.signal)
    this.running.add(scope)
    scope.flags = lineFlagsOf(bound, this.#options.flags ?? {}, this.#defaults)
    using held = new DisposableStack()
    held.use(deadline(scope.flags.timeout, (reason) => scope.stop.abort(reason)))
    held.use(this.#transfers.noted(scope, () => this.context))
    try {
      const exit = await within(scope, async () => work(output))
      await output.end()
      return { exit }
    } catch (error) {
      await output.end()
      if (scope.hard.signal.aborted) return { exit: 130 }
      return await this.#failed(whyEnded(error, scope), bound, scope.flags)
    } finally {
      this.running.delete(scope)
      this.reader.forget()
    }
  }

  #job(
    bound: BoundProgram,
    scope: RunScope,
    work: (scope: RunScope, output: LineOutput) => Promise<number>,
  ): JobInfo {
    const ran = async (): Promise<number> =>
      (await this.#watched(scope, async (output) => work(scope, output), bound)).exit
    return this.jobs.start(scope.line, ran, scope.stop)
  }

  async #program(
    bound: BoundProgram,
    scope: RunScope,
    output: LineOutput,
    variables: readonly (readonly [string, unknown])[] = [],
  ): Promise<number> {
    const [first] = bound.diagnostics
    if (first !== undefined) throw errorOf(first, bound.parsed.source)
    checkProgress(bound)
    if (await helpCalled(bound, this.commands, output, this.#front.look)) return 0
    const { glob } = (await this.services()).options
    const options = this.#runOptions(bound, scope, output)
    const named = [...(options.variables ?? []), ...variables]
    return await this.#printed(run(bound, { ...options, glob, variables: named }), bound, scope, output)
  }

  async #printed(
    work: AsyncGenerator<Emission, RunOutcome>,
    bound: BoundProgram,
    scope: RunScope,
    output: LineOutput,
  ): Promise<number> {
    const front = this.#front
    return printed(work, {
      bound,
      output,
      look: () => front.look,
      flags: (common) => callFlagsOf(common, this.#options.flags ?? {}, this.#defaults),
      ...(scope.background ? {} : { view: async (emission: Emission) => front.view(emission) }),
      remember: (value) => {
        this.#last = value
        this.annotationKeys.see(value)
      },
    })
  }

  #runOptions(bound: BoundProgram, scope: RunScope, output: LineOutput): RunOptions<Services> {
    const base = { cwd: process.cwd(), home: homedir() }
    const { externals } = this.#options
    const flush = async (): Promise<void> => output.end()
    return {
      commands: this.commands,
      load: async (name) => this.#table.load(name, this.#state, this.context),
      services: async (call) => contextual(await this.sessions.get(call), () => this.rules),
      signal: scope.stop.signal,
      files: localFiles(base),
      ...(externals === undefined
        ? {}
        : { externals: lent(externals, this.#front, { flush, hard: scope.hard }) }),
      // References with patterns are expanded by the commands that take several of them.
      expand: (pattern, type, ending) =>
        type === 'path' ? expandPaths(pattern, base, ending) : one(pattern.replaceAll(/\\(.)/gs, '$1')),
      variables: [
        ['env', { ...process.env }],
        ['last', this.#last],
      ],
      scope: this.#named,
      look: this.#front.look,
      background: (work) => this.#ampersand(bound, work),
    }
  }

  /** `… &`. */
  #ampersand(bound: BoundProgram, work: (signal: AbortSignal) => AsyncGenerator<Emission, RunOutcome>): void {
    const line = bound.parsed.source.text.replace(/\s*&\s*$/, '')
    const scope = new RunScope(line).toBackground(this.context)
    const job = this.#job(bound, scope, async (_scope, output) =>
      this.#printed(work(scope.stop.signal), bound, scope, output),
    )
    void this.#front.write(`[${job.id}] ${safe(line)}\n`)
  }

  async #read(): Promise<void> {
    try {
      const { config } = await this.sessions.get()
      this.#defaults = callDefaults(config)
      this.#names = new Set([...config.registries.values()].flatMap(({ alias }) => alias ?? []))
      if (config.aliases.size > 0 || this.#table.aliases.size > 0)
        this.#table.use(this.#table.kinds, config.aliases)
    } catch {
      // The first command that needs the configuration says what is wrong with it.
    }
  }

  /** After a line that changes what lines mean: plugins, aliases, sign-ins are read anew. */
  async #changed(bound: BoundProgram): Promise<void> {
    const names = [...bound.stages.values()].map(({ call }) => call?.signature.name.split(' ')[0] ?? '')
    if (!names.some((name) => changing.has(name))) return
    this.sessions.renew()
    if (names.includes('plugin'))
      this.#table.use(allKinds(pathsFrom(process.env, homedir())), this.#table.aliases)
    this.#prepared = undefined
    await this.prepare()
  }

  async #failed(error: unknown, bound: BoundProgram, flags: Partial<CommonFlags>): Promise<Ended> {
    const { source } = bound.parsed
    const problem = toProblem(asWritten(error, source.text, this.context), source)
    const lines = problemLines(problem, this.#front, flags)
    await this.#front.write(`${lines.join('\n')}\n`)
    return { exit: problem.exit, ...(problem.corrected === undefined ? {} : { fix: problem.corrected }) }
  }

  async #say(level: 'warning' | 'note', message: string): Promise<void> {
    const { look } = this.#front
    const label = paint(level as string as Text, level === 'warning' ? 'warn' : 'dim', look)
    await this.#front.write(`${text`${label}: ${safe(message)}`}\n`)
  }
}

/** Waits for the end of all, but not longer than a second. */
async function within1s(all: Iterable<Promise<unknown>>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, 1000)
  await Promise.race([Promise.allSettled(all), promise])
  clearTimeout(timer)
}

// oxlint-disable-next-line require-await
async function* one(name: string): AsyncGenerator<string, void> {
  yield name
}

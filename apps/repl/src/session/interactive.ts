import { type Confirmation, confirming } from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { Emission, Site } from '@ocish/shell'
import { join, type Look, paint, safe } from '@ocish/shell/text'
import type { FullScreenProgram } from '../commands/session-command.ts'
import type { CompletionEngine } from '../completion/engine.ts'
import type { JobInfo } from '../jobs/jobs.ts'
import type { KeyEvent } from '../keys/key-event.ts'
import { promptText } from '../layout/buffer-rows.ts'
import { type Frame, frameOf } from '../layout/frame.ts'
import {
  type Effect,
  initialPrompt,
  type PromptEvent,
  type PromptState,
  type World,
} from '../prompt/state.ts'
import { step } from '../prompt/step.ts'
import type { Keyboard } from '../terminal/keyboard.ts'
import { lookOf } from '../terminal/look.ts'
import type { FrameSource, View } from '../view/frame-source.ts'
import { AcceptedLines } from './accepted-lines.ts'
import { Asking } from './asking.ts'
import { editExternally, stopProcess } from './child-process.ts'
import { DetailsPane } from './details-pane.ts'
import { helpAt } from './explained.ts'
import { jobNotice } from './job-notice.ts'
import { MenuFacts } from './menu-facts.ts'
import { OwnSettings } from './own-settings.ts'
import { ProgressRegion } from './progress-region.ts'
import { questionFrame } from './question.ts'
import { worldOf } from './reading.ts'
import { currentRun } from './run-scope.ts'
import { sessionCompletion } from './session-completion.ts'
import type { StartOptions } from './session-options.ts'
import { type Ended, type Front, ShellSession } from './shell-session.ts'
import { TerminalLoan } from './terminal-loan.ts'

/** Characters that jobs may write while the terminal is lent; then they wait. */
const heldLimit = 256 * 1024

/** The session at a terminal: keys go through the fold, effects to the shell behind it, frames to the view. */
export class Interactive implements Front, FrameSource {
  readonly isPlain = false
  readonly #keyboard: Keyboard
  readonly #stdout: NodeJS.WriteStream
  readonly #options: StartOptions
  readonly #over = Promise.withResolvers<number>()
  readonly #listeners = new Set<() => void>()
  readonly #settings = new OwnSettings()
  readonly #asking = new Asking(() => this.#changedNow())
  readonly #progress = new ProgressRegion({
    running: () => this.#shell.running,
    isCalm: () => this.settings.get('ui.motion') === 'off',
    paint: () => this.#changedNow(),
  })
  readonly #loan: TerminalLoan
  #view: View | undefined
  #shell!: ShellSession
  #lines!: AcceptedLines
  #engine!: CompletionEngine
  #facts!: MenuFacts
  #state: PromptState = initialPrompt()
  #details!: DetailsPane
  #held = ''
  #failed = false
  #warnedOfJobs = false
  #frame: Frame | undefined

  constructor(keyboard: Keyboard, stdout: NodeJS.WriteStream, options: StartOptions) {
    this.#keyboard = keyboard
    this.#stdout = stdout
    this.#options = options
    this.#loan = new TerminalLoan({
      keyboard,
      stdout,
      look: () => this.look,
      view: () => this.#view,
      returned: () => this.#isBack(),
    })
  }

  get settings(): ReadonlyMap<string, string> {
    return this.#settings.values
  }

  /** Opens the shell; nothing is painted yet. */
  async open(): Promise<void> {
    const shell = await ShellSession.open(this, this.#options)
    this.#shell = shell
    this.#lines = new AcceptedLines({
      shell,
      look: () => this.look,
      write: async (output) => {
        // What is written goes above the frame: the one with this line in it gives way first.
        await this.#view?.settled()
        await this.write(output)
      },
      ended: (line, ended, isLast) => this.#ended(line, ended, isLast),
    })
    const services = async (): ReturnType<ShellSession['services']> => shell.services()
    this.#engine = sessionCompletion(shell)
    this.#details = new DetailsPane({
      commands: () => shell.commands,
      services,
      look: () => this.look,
      changed: () => this.#changedNow(),
    })
    this.#facts = new MenuFacts(services, () => this.#changedNow())
  }

  /** Paints from here on, and takes keys. Resolves with the status to leave with. */
  async run(view: View): Promise<number> {
    this.#view = view
    this.#stdout.on('resize', this.#onResize)
    this.#keyboard.whenClosed(() => this.end(0))
    this.#keyboard.listen((events) => this.#keysCame(events))
    this.#changedNow()
    void this.#shell.prepare()
    const status = await this.#over.promise
    // What stays on the screen is a prompt, without hints and notes.
    this.#state = initialPrompt()
    this.#changedNow()
    this.#stdout.off('resize', this.#onResize)
    this.#progress.close()
    this.#engine.cancel()
    this.#facts.shown(undefined)
    await this.#shell[Symbol.asyncDispose]()
    this.#view = undefined
    return status
  }

  /** It has ended, and something that it started has not. */
  get isStuck(): boolean {
    return this.#shell.isStuck
  }

  get look(): Look {
    const flags = this.#shell?.lookFlags ?? this.#options.flags ?? {}
    return lookOf(this.columns, flags, process.env, this.#settings.values.get('ui.background'))
  }

  get columns(): number {
    return this.#stdout.columns || 80
  }

  get rows(): number {
    return this.#stdout.rows || 24
  }

  subscribe = (call: () => void): (() => void) => {
    this.#listeners.add(call)
    return () => this.#listeners.delete(call)
  }

  frame = (): Frame => (this.#frame ??= this.#laidOut())

  get #firstPrompt(): string {
    return promptText(this.#options.context ?? '', { failed: false, jobs: 0 }, this.look).text
  }

  /** What jobs write while somebody else has the terminal comes afterwards. */
  async write(output: string): Promise<void> {
    if (this.#loan.isLent && this.#held.length < heldLimit) {
      this.#held += output
      return
    }
    await this.#loan.returned()
    // The prompt that was painted first gives way, and comes back.
    if (this.#view === undefined) this.#stdout.write(`\r\u001B[2K${output}${this.#firstPrompt}`)
    else this.#view.write(output)
    if (this.#stdout.writableNeedDrain) await new Promise((resolve) => this.#stdout.once('drain', resolve))
  }

  /** Progress is painted a few times a second; what a key did, at once. */
  changed(): void {
    this.#progress.changed()
  }

  /** With jobs at work it asks once. */
  leave(status: number): void {
    const jobs = this.#shell.jobs.running.length
    if (jobs === 0 || this.#warnedOfJobs) {
      this.end(status)
      return
    }
    this.#warnedOfJobs = true
    const what = jobs === 1 ? '1 job is still running' : `${jobs} jobs are still running`
    this.#send({ type: 'note', text: `${what}; once more leaves, and transfers can be resumed next time` })
    this.#changedNow()
  }

  /** Leaves, whatever is at work. */
  end(status: number): void {
    this.#over.resolve(status)
  }

  async confirm(question: string, more: Confirmation, signal: AbortSignal): Promise<boolean> {
    const shape = { choice: '[y/N]', columns: this.columns }
    const { lines, prompt, agrees } = confirming(question, more, shape)
    if (lines.length > 0) await this.write(`${lines.map((line) => safe(line)).join('\n')}\n`)
    return agrees((await this.#asking.ask(prompt, false, signal)) ?? '')
  }

  /** Errors: INTERRUPTED. */
  async readLine(prompt: string, signal: AbortSignal): Promise<string> {
    return this.#answered(prompt, false, signal)
  }

  /** Errors: INTERRUPTED. */
  async readSecret(prompt: string, signal: AbortSignal): Promise<string> {
    return this.#answered(prompt, true, signal)
  }

  async #answered(prompt: string, isSecret: boolean, signal: AbortSignal): Promise<string> {
    const answer = await this.#asking.ask(prompt, isSecret, signal)
    if (answer === undefined) throw new OcishError('INTERRUPTED', 'nothing was answered')
    return answer
  }

  /** Errors: USAGE_INVALID_VALUE. */
  set(key: string, value: string): void {
    this.#settings.set(key, value)
  }

  jobEnded(job: JobInfo): void {
    void this.write(`${jobNotice(job, this.look)}\n`)
    this.#changedNow()
  }

  async suspended<T>(work: () => Promise<T>, onInterrupt?: (times: number) => void): Promise<T> {
    return this.#loan.toProgram(work, onInterrupt)
  }

  /** Errors: USAGE_CONFLICT. */
  async fullScreen(program: FullScreenProgram): Promise<void> {
    if (currentRun()?.background === true)
      throw new OcishError('USAGE_CONFLICT', `${program.type} needs the screen, and a job has none`, {
        hint: 'Leave out the & at its end.',
      })
    const { openScreen } = await import('../screens/open.ts')
    const { lines, text: next } = await this.#loan.toScreen(async (terminal) => openScreen(program, terminal))
    for (const line of lines) await this.write(`${paint(safe(line), 'dim', this.look)}\n`)
    if (next !== undefined) this.#send({ type: 'set-text', text: next, cursor: 0 })
  }

  async view(emission: Emission): Promise<void> {
    const { viewRows } = await import('../screens/open.ts')
    await this.#loan.toScreen(async (terminal) => viewRows(emission, terminal))
  }

  get #world(): World {
    const { reader, history, context } = this.#shell
    return worldOf({ reader, keymap: this.#settings.keymap, history: history.lines, context })
  }

  readonly #onResize = (): void => this.#changedNow()

  #isBack(): void {
    const held = this.#held
    this.#held = ''
    if (held !== '') void this.write(held)
    this.#changedNow()
  }

  #changedNow(): void {
    this.#frame = undefined
    for (const call of this.#listeners) call()
  }

  #laidOut(): Frame {
    const { look } = this
    const state = this.#state
    const progress = this.#progress.rows(Math.max(1, this.rows - 6), look)
    const { question } = this.#asking
    if (question !== undefined) {
      return questionFrame(question, progress, { columns: this.columns, rows: this.rows })
    }
    return frameOf({
      state: state.menu === undefined ? state : { ...state, menu: this.#facts.filled(state.menu) },
      world: this.#world,
      look,
      height: this.rows,
      progress,
      jobs: this.#shell.jobs.running.length,
      failed: this.#failed,
      details: this.#details.rows,
    })
  }

  #keysCame(events: readonly KeyEvent[]): void {
    for (const [index, event] of events.entries()) {
      const { keys } = this.#loan
      if (keys !== undefined) {
        keys(events.slice(index))
        return
      }
      if (this.#asking.question === undefined) this.#send(event)
      else this.#asking.key(event)
    }
    this.#changedNow()
  }

  #send(event: PromptEvent): void {
    const before = this.#state.menu
    const [state, effects] = step(this.#state, event, this.#world)
    this.#state = state
    if (state.menu !== before) {
      this.#facts.shown(state.menu)
      if (state.menu === undefined) this.#engine.cancel()
      if (state.menu?.details !== true) this.#details.close()
    }
    for (const effect of effects) this.#act(effect)
  }

  #act(effect: Effect): void {
    switch (effect.type) {
      case 'submit':
        if (effect.text.trim() !== '') this.#send({ type: 'busy', busy: true })
        this.#lines.push(effect.text)
        return
      case 'discard':
        this.#warnedOfJobs = false
        void this.#lines.discard(effect.text)
        return
      case 'complete': {
        const { request, site, stage } = effect
        void this.#engine.ask(site, stage, (list) => {
          this.#send({ type: 'candidates', request, list })
          this.#changedNow()
        })
        return
      }
      case 'details':
        void this.#details.show(effect.candidate, effect.site)
        return
      case 'help':
        void this.#help(effect.site)
        return
      case 'edit-externally':
        void this.#edit(effect.text)
        return
      case 'exit':
        this.leave(0)
        return
      case 'suspend':
        void this.#stop()
        return
      case 'background':
        this.#lines.background()
        return
      case 'cancel':
        this.#lines.cancel()
        return
      case 'clear':
        this.#view?.clear()
        return
      case 'bell':
        this.#stdout.write('\u0007')
        return
      default:
        effect satisfies never
    }
  }

  #ended(line: string, ended: Ended | undefined, isLast: boolean): void {
    this.#failed = ended !== undefined && ended.exit !== 0
    if (isLast) this.#send({ type: 'busy', busy: false })
    if (ended?.fix !== undefined) this.#send({ type: 'fix', text: ended.fix })
    this.#send({ type: 'refresh' })
    if (!/^\s*exit\b/.test(line)) this.#warnedOfJobs = false
    if (/^\s*(?:login|logout|push|cp|tag|rm|sync|attach)\b/.test(line)) {
      this.#engine.clear()
      this.#facts.forget()
    }
    this.#changedNow()
  }

  async #edit(line: string): Promise<void> {
    const edited = await this.suspended(async () => editExternally(line))
    if (edited !== undefined) this.#send({ type: 'set-text', text: edited })
    this.#changedNow()
  }

  async #stop(): Promise<void> {
    if (await this.#loan.toProgram(stopProcess)) return
    this.#send({ type: 'note', text: 'there is no shell to go back to; Ctrl-D leaves' })
    this.#changedNow()
  }

  async #help(site: Site): Promise<void> {
    await this.write(`${join(helpAt(site, this.#shell.commands, this.look), '\n')}\n`)
  }
}

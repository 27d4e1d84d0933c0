import type { Emission } from '@ocish/shell'
import type { Look } from '@ocish/shell/text'
import { temporaryFolder } from '@ocish/testing'
import { vi } from 'vitest'
import type { FullScreenProgram } from '../commands/session-command.ts'
import type { JobInfo } from '../jobs/jobs.ts'
import { RunScope } from './run-scope.ts'
import { type Front, ShellSession } from './shell-session.ts'

/** A front end that paints nothing and keeps what it is told. */
export class RecordingFront implements Front {
  readonly isPlain: boolean = false
  readonly columns = 100
  readonly rows = 24
  readonly look: Look = { width: 100, color: false, ascii: true, now: 0 }
  readonly settings: ReadonlyMap<string, string> = new Map()
  readonly ended: JobInfo[] = []
  readonly screens: FullScreenProgram[] = []
  /** The status it was asked to leave with. */
  left: number | undefined
  output = ''

  // oxlint-disable-next-line require-await
  async write(text: string): Promise<void> {
    this.output += text
  }

  changed(): void {
    // Nothing is painted.
  }

  jobEnded(job: JobInfo): void {
    this.ended.push(job)
  }

  leave(status: number): void {
    this.left = status
  }

  set(): void {
    throw new Error('nothing is set here')
  }

  async fullScreen(program: FullScreenProgram): Promise<void> {
    this.screens.push(program)
  }

  async view(_emission: Emission): Promise<void> {
    throw new Error('nothing is viewed here')
  }

  async confirm(): Promise<boolean> {
    throw new Error('nobody is asked here')
  }

  async readLine(): Promise<string> {
    throw new Error('nobody is asked here')
  }

  async readSecret(): Promise<string> {
    throw new Error('nobody is asked here')
  }

  async suspended<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }
}

/** How a line ended, and what it gave. */
export interface Told {
  readonly exit: number
  readonly output: string
}

/** The shell behind a prompt, in a home of its own. */
export class TestSession implements AsyncDisposable {
  readonly front: RecordingFront
  readonly shell: ShellSession
  readonly home: string
  readonly #held: AsyncDisposableStack

  private constructor(front: RecordingFront, shell: ShellSession, home: string, held: AsyncDisposableStack) {
    this.front = front
    this.shell = shell
    this.home = home
    this.#held = held
  }

  /** `home`: that of another session; else a new one. */
  static async open(home?: string): Promise<TestSession> {
    const held = new AsyncDisposableStack()
    const path = home ?? held.use(await temporaryFolder()).path
    for (const name of ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('HOME', path)
    held.defer(() => void vi.unstubAllEnvs())
    const front = new RecordingFront()
    return new TestSession(front, held.use(await ShellSession.open(front, { version: '0.0.0' })), path, held)
  }

  async run(line: string): Promise<Told> {
    this.front.output = ''
    const { exit } = await this.shell.run(line, new RunScope(line))
    return { exit, output: this.front.output }
  }

  /** What a line gives, as data. */
  async rows(line: string): Promise<readonly Record<string, unknown>[]> {
    const { output } = await this.run(`${line} --output json`)
    return JSON.parse(output) as Record<string, unknown>[]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync()
  }
}

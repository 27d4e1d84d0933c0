import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import type { Case, Environment, Row } from './case.ts'
import { interleave, type Side } from './measure.ts'
import { startRegistry } from './registry.ts'
import { slowProxy } from './slow-proxy.ts'

/** The end of a frame, as Ink writes it. */
const frameEnd = '\u001B[?2026l'
const prompt = '❯'
/** Milliseconds without output before the next key: two keys in one frame would be one measurement. */
const pace = 60
/** Milliseconds without output after which nothing more comes of what was typed. */
const quiet = 200
/** Candidates of the large menu. */
const many = 50_000

/** A program on a pseudo terminal of 80 columns and 24 rows. */
class Terminal implements AsyncDisposable {
  readonly started: number = performance.now()
  output = ''
  readonly #pty: ReturnType<typeof spawn>
  readonly #exit: Promise<void>
  #onData: () => void = () => undefined

  constructor(args: readonly string[], { env, work }: Environment) {
    const { CI: _ci, ...clean } = env
    const terminal = { TERM: 'xterm-256color', LANG: 'C.UTF-8' }
    const options = {
      cols: 80,
      rows: 24,
      cwd: work,
      env: { ...clean, ...terminal } as Record<string, string>,
    }
    this.#pty = spawn(process.execPath, [...args], options)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#exit = promise
    this.#pty.onExit(() => resolve())
    this.#pty.onData((data) => {
      this.output += data
      this.#onData()
    })
  }

  /** Writes keys; resolves with the milliseconds until `shown` is in what came since then. */
  async type(keys: string, shown: string): Promise<number> {
    this.output = ''
    const from = performance.now()
    this.#pty.write(keys)
    await this.until(shown)
    return performance.now() - from
  }

  /** Resolves when nothing came for a while: what is typed next is measured alone. */
  async settled(milliseconds: number = quiet): Promise<void> {
    for (let before = -1; before !== this.output.length;) {
      before = this.output.length
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
    }
  }

  async until(shown: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onData = () => {
      if (this.output.includes(shown)) resolve()
    }
    this.#onData()
    const limit = AbortSignal.timeout(20_000)
    const late = once(limit, 'abort').then(() => {
      throw new Error(`${JSON.stringify(shown)} never came: ${JSON.stringify(this.output.slice(-400))}`)
    })
    await Promise.race([promise, late])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pty.kill('SIGKILL')
    await this.#exit
  }
}

/** Milliseconds from the start of a program to the moment when its terminal shows something. */
function shows(name: string, args: readonly string[], shown: string, environment: Environment): Side {
  return {
    name,
    async run() {
      await using terminal = new Terminal(args, environment)
      await terminal.until(shown)
      return { wall: performance.now() - terminal.started }
    },
  }
}

/** The first prompt, and the view behind it. */
export const firstPrompt: Case = {
  id: 'P3',
  title: 'the first prompt',
  async run(environment) {
    const sides = [
      shows('node on a terminal', ['-e', 'process.stdout.write("x")'], 'x', environment),
      shows('first prompt', [environment.bin], prompt, environment),
      shows('Ink ready', [environment.bin], frameEnd, environment),
    ]
    const [floor, ...measured] = await interleave(sides, environment.rounds)
    return measured.map((side, index): Row => {
      const limit = [15, 150][index]!
      const value = side.wall - floor!.wall
      return {
        case: 'P3',
        what: `${side.name} over ${floor!.name}`,
        value,
        unit: 'ms',
        target: `≤ ${limit}`,
        verdict: value <= limit ? 'holds' : floor!.spread + side.spread > value - limit ? 'noisy' : 'missed',
        note: `${side.wall.toFixed(0)} ± ${side.spread.toFixed(0)} ms against ${floor!.wall.toFixed(0)} ± ${floor!.spread.toFixed(0)} ms`,
      }
    })
  },
}

const keysOf = (text: string): readonly string[] => text.split('')

interface Typed {
  /** Milliseconds of each key, sorted. */
  readonly times: readonly number[]
  /** The same of a program that only answers, sorted. */
  readonly echo: readonly number[]
  /** Bytes that were sent to the terminal, per key. */
  readonly bytes: number
}

const ascending = (a: number, b: number): number => a - b

/** A program that answers each key at once: what the terminal and the machine take themselves. */
async function openEcho(environment: Environment): Promise<Terminal> {
  const end = JSON.stringify(frameEnd)
  const program = `process.stdin.setRawMode(true).on('data', () => process.stdout.write(${end})); process.stdout.write(${end})`
  const terminal = new Terminal(['-e', program], environment)
  await terminal.until(frameEnd)
  return terminal
}

/** Each key goes to the echo and to the program, one after the other, so that a noisy neighbour disturbs both. */
async function typed(terminal: Terminal, echo: Terminal, keys: readonly string[]): Promise<Typed> {
  const times: number[] = []
  const echoed: number[] = []
  let bytes = 0
  await terminal.settled()
  for (const [index, key] of keys.entries()) {
    echoed.push(await echo.type('x', frameEnd))
    const time = await terminal.type(key, frameEnd).catch((error: unknown) => {
      throw new Error(`no frame after key ${index + 1}, ${JSON.stringify(key)}`, { cause: error })
    })
    times.push(time)
    await terminal.settled(pace)
    bytes += Buffer.byteLength(terminal.output)
  }
  const sorted = { times: times.toSorted(ascending), echo: echoed.toSorted(ascending) }
  return { ...sorted, bytes: bytes / keys.length }
}

/** What is missed by no more than the echo took says nothing. */
function keyRow(what: string, limit: number, { times, echo, bytes }: Typed): Row {
  const at = (part: number, of: readonly number[]): number =>
    of[Math.min(of.length - 1, Math.floor(of.length * part))]!
  const [value, floor] = [at(0.95, times), at(0.95, echo)]
  return {
    case: 'P4',
    what: `${what}, p95`,
    value,
    unit: 'ms',
    target: `≤ ${limit}`,
    verdict: value <= limit ? 'holds' : value - floor <= limit ? 'noisy' : 'missed',
    note: `p50 ${at(0.5, times).toFixed(1)} ms, ${times.length} keys, ${bytes.toFixed(0)} bytes a key; an echo: p50 ${at(0.5, echo).toFixed(1)}, p95 ${floor.toFixed(1)} ms`,
  }
}

/** From the key to the end of the frame that shows it. */
export const keyToPaint: Case = {
  id: 'P4',
  title: 'key to paint',
  async run(environment) {
    const { bin, work } = environment
    await using registry = await startRegistry(environment, join(work, 'keys'))
    await using proxy = await slowProxy(registry.address, 0)
    const line = `describe ${proxy.address}/team/app:1.0 --platform linux/amd64 && tags ${proxy.address}/team/app`
    const rows: Row[] = []
    {
      await using terminal = new Terminal([bin], environment)
      await terminal.until(frameEnd)
      await using echo = await openEcho(environment)
      await typed(terminal, echo, [...keysOf('warm up'), '\u0015'])
      rows.push(keyRow('a key', 16, await typed(terminal, echo, keysOf(line))))
      const asked = proxy.requests.length
      const verdict = asked === 0 ? 'holds' : 'missed'
      rows.push({ case: 'P4', what: 'requests for these keys', value: asked, unit: '', target: '0', verdict })
    }
    rows.push(...(await largeMenu(environment)))
    return rows
  },
}

/** Narrowing and walking a list of the files of a large folder. */
async function largeMenu(environment: Environment): Promise<readonly Row[]> {
  const folder = join(environment.work, 'many')
  await mkdir(folder, { recursive: true })
  for (let at = 0; at < many; at += 1000) {
    const names = Array.from({ length: 1000 }, (_, index) => `item-${at + index}-of-many.json`)
    await Promise.all(names.map((name) => writeFile(join(folder, name), '')))
  }
  await using echo = await openEcho(environment)
  await using terminal = new Terminal([environment.bin], environment)
  await terminal.until(frameEnd)
  await terminal.type('push many/', frameEnd)
  await terminal.type('\t', ' of ')
  const back = '\u007F'
  await typed(terminal, echo, ['1', back])
  const narrowing = [...keysOf('1234'), back, back, back, back, ...keysOf('of'), back, back]
  const narrowed = await typed(terminal, echo, [...narrowing, ...narrowing])
  const down = Array.from({ length: 20 }, () => '\u001B[B')
  return [
    keyRow(`narrowing a menu of ${many}`, 35, narrowed),
    keyRow(`walking a menu of ${many}`, 35, await typed(terminal, echo, down)),
  ]
}

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
/** Milliseconds between two keys of somebody who types fast. */
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
  async settled(): Promise<void> {
    for (let before = -1; before !== this.output.length;) {
      before = this.output.length
      await new Promise((resolve) => setTimeout(resolve, quiet))
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
  /** Bytes that were sent to the terminal, per key. */
  readonly bytes: number
}

async function typed(terminal: Terminal, keys: readonly string[]): Promise<Typed> {
  const times: number[] = []
  let bytes = 0
  await terminal.settled()
  for (const key of keys) {
    times.push(await terminal.type(key, frameEnd))
    bytes += Buffer.byteLength(terminal.output)
    await new Promise((resolve) => setTimeout(resolve, pace))
  }
  return { times: times.toSorted((a, b) => a - b), bytes: bytes / keys.length }
}

function keyRow(what: string, limit: number, { times, bytes }: Typed): Row {
  const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))]!
  return {
    case: 'P4',
    what: `${what}, p95`,
    value: at(0.95),
    unit: 'ms',
    target: `≤ ${limit}`,
    verdict: at(0.95) <= limit ? 'holds' : 'missed',
    note: `p50 ${at(0.5).toFixed(1)} ms, ${times.length} keys, ${bytes.toFixed(0)} bytes a key`,
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
      await typed(terminal, [...keysOf('warm up'), '\u0015'])
      rows.push(keyRow('a key', 16, await typed(terminal, keysOf(line))))
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
  await using terminal = new Terminal([environment.bin], environment)
  await terminal.until(frameEnd)
  await terminal.type('push many/', frameEnd)
  await terminal.type('\t', ' of ')
  await typed(terminal, ['1', '\u007F'])
  const back = '\u007F'
  const narrowing = [...keysOf('1234'), back, back, back, back, ...keysOf('of'), back, back]
  return [
    keyRow(`narrowing a menu of ${many}`, 35, await typed(terminal, [...narrowing, ...narrowing])),
    keyRow(
      `walking a menu of ${many}`,
      35,
      await typed(
        terminal,
        Array.from({ length: 20 }, () => '\u001B[B'),
      ),
    ),
  ]
}

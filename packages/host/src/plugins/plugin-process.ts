import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { exitByCode, isJsonObject, isOcishError, OcishError } from '@ocish/sdk'
import { ChannelPeer, type Peer, type Remote } from './peer.ts'
import { runnerProgram } from './runner.ts'

/** How long and how much a plugin's process may be. */
export interface ProcessLimits {
  /** Milliseconds without a sign of life while an answer is owed. */
  readonly silence: number
  /** Bytes of memory of the process. */
  readonly memory: number
  /** Bytes of one message. */
  readonly message: number
}

/** Those of a plugin that somebody added. */
export const processLimits: ProcessLimits = { silence: 30_000, memory: 768 << 20, message: 32 << 20 }

/** The module of a plugin that a process loads. */
export interface PluginModule {
  /** Of the package, for messages. */
  readonly name: string
  /** Where it was extracted; all that the process may read. */
  readonly folder: string
  /** The module, relative to the folder. */
  readonly main: string
  /** More flags of Node (tests: how sources are resolved). */
  readonly nodeFlags?: readonly string[]
}

/** A child process in which a plugin's module is loaded. */
export interface PluginProcess {
  readonly alive: boolean
  call(name: string, ...args: readonly unknown[]): Remote
  stop(): void
}

const keptOutput = 16 * 1024
const maxCalls = 1000
const megabyte = 1 << 20

/**
 * Starts Node without rights beyond reading the plugin's folder: nothing to write, no processes, no workers, no native
 * code, an empty environment. Messages go over file descriptor 3, so that what the plugin prints is only output.
 * Errors of its calls: KIND_FAILED when it ends, hangs, takes too much memory or breaks the protocol.
 */
export function startPlugin(
  module: PluginModule,
  node: string,
  limits: ProcessLimits = processLimits,
): PluginProcess {
  return new ChildPlugin(module, node, limits)
}

class ChildPlugin implements PluginProcess {
  readonly #name: string
  readonly #limits: ProcessLimits
  readonly #child: PluginChild
  readonly #channel: Duplex
  readonly #output: () => string
  readonly #peer: Peer
  readonly #watch: ReturnType<typeof setInterval>
  #alive = true
  /** When it last gave a sign of life, in milliseconds since 1970. */
  #heard = Date.now()
  /** Whether the program stays for it; undefined: nobody has said so. */
  #held: boolean | undefined

  constructor(module: PluginModule, node: string, limits: ProcessLimits) {
    this.#name = module.name
    this.#limits = limits
    this.#child = spawnPlugin(module, node, limits)
    this.#channel = this.#child.stdio[3] as Duplex
    this.#output = captured([this.#child.stdout, this.#child.stderr])
    this.#peer = new ChannelPeer({
      send: (message) => this.#send(message),
      root: {},
      encodeError,
      decodeError: (error) => decodedError(error, module.name),
    })
    this.#watch = setInterval(() => this.#look(), 100)
    this.#listen()
    this.#child.stdin.end(runnerProgram(limits.memory))
  }

  get alive(): boolean {
    return this.#alive
  }

  call(name: string, ...args: readonly unknown[]): Remote {
    this.#heard = Date.now()
    const remote = this.#peer.call(name, ...args)
    if (this.#alive) this.#keepAlive(true)
    return remote
  }

  stop(): void {
    this.#end('was stopped')
  }

  #listen(): void {
    const channel = this.#channel
    onFrames(channel, this.#limits.message, {
      frame: (message) => {
        this.#heard = Date.now()
        this.#peer.receive(message)
      },
      broken: () => this.#end('broke the protocol'),
    })
    const child = this.#child
    child.on('error', (cause) => this.#end(`cannot be started: ${cause.message}`))
    child.on('exit', (status, signal) => this.#end(`ended with ${signal ?? `status ${String(status)}`}`))
    channel.on('error', () => this.#end('closed its channel'))
    child.stdin.on('error', () => undefined)
  }

  #send(message: object): void {
    if (!this.#alive) return
    const body = Buffer.from(JSON.stringify(message))
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    this.#channel.write(Buffer.concat([head, body]))
  }

  #end(why: string): void {
    if (!this.#alive) return
    this.#alive = false
    clearInterval(this.#watch)
    this.#child.kill('SIGKILL')
    this.#peer.close(failed(this.#name, why, this.#output()))
  }

  /** Ends what is silent, asks for too much, or takes too much. */
  #look(): void {
    const { silence } = this.#limits
    const { waiting, owing } = this.#peer.state()
    this.#keepAlive(waiting > 0)
    if (waiting > 0 && owing === 0 && Date.now() - this.#heard > silence)
      this.#end(`did not answer within ${silence / 1000} s`)
    if (owing > maxCalls) this.#end(`asked for more than ${maxCalls} things at once`)
    void this.#lookAtMemory()
  }

  async #lookAtMemory(): Promise<void> {
    const { memory } = this.#limits
    if ((await memoryOf(this.#child.pid)) > memory)
      this.#end(`took more than ${Math.floor(memory / megabyte)} MiB of memory`)
  }

  /** The program does not stay for a child that has nothing to do. */
  #keepAlive(busy: boolean): void {
    if (this.#held === busy) return
    this.#held = busy
    const { stdin, stdout, stderr } = this.#child
    const parts = [this.#child, this.#channel, stdin, stdout, stderr, this.#watch] as readonly unknown[]
    for (const part of parts as readonly { ref?: () => void; unref?: () => void }[])
      if (busy) part.ref?.()
      else part.unref?.()
  }
}

type PluginChild = ChildProcessByStdio<Writable, Readable, Readable>

function spawnPlugin(module: PluginModule, node: string, limits: ProcessLimits): PluginChild {
  return spawn(
    node,
    [
      '--permission',
      `--allow-fs-read=${join(module.folder, '*')}`,
      `--max-old-space-size=${Math.floor(limits.memory / megabyte / 2)}`,
      '--no-warnings',
      ...(module.nodeFlags ?? []),
      '--input-type=module',
      '-',
    ],
    { cwd: module.folder, env: {}, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] },
  )
}

/** The address of a plugin's module. */
export function moduleUrl({ folder, main }: PluginModule): string {
  return pathToFileURL(join(folder, main)).href
}

function failed(name: string, why: string, output: string): OcishError {
  return new OcishError('KIND_FAILED', `the plugin ${name} ${why}`, {
    hint: `Run plugin doctor ${name}.`,
    ...(output !== '' && { details: { output } }),
  })
}

function onFrames(
  channel: Duplex,
  largest: number,
  on: { readonly frame: (message: unknown) => void; readonly broken: () => void },
): void {
  let chunks: Buffer[] = []
  let size = 0
  channel.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    try {
      for (;;) {
        if (size < 4) return
        if ((chunks[0]?.length ?? 0) < 4) chunks = [Buffer.concat(chunks)]
        const end = 4 + (chunks[0]?.readUInt32BE(0) ?? 0)
        if (end > largest) throw new RangeError('the message is too large')
        if (size < end) return
        const all = Buffer.concat(chunks)
        chunks = [all.subarray(end)]
        size -= end
        on.frame(JSON.parse(all.toString('utf8', 4, end)))
      }
    } catch {
      on.broken()
    }
  })
}

/** What a process printed, cut; the rest is read and forgotten. */
function captured(streams: readonly Readable[]): () => string {
  const chunks: Buffer[] = []
  let size = 0
  for (const stream of streams) {
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => {
      if (size >= keptOutput) return
      chunks.push(chunk.subarray(0, keptOutput - size))
      size += chunk.length
    })
  }
  return () => Buffer.concat(chunks).toString('utf8').slice(0, keptOutput)
}

/** Resident bytes, where the system tells (Linux); else 0, and the process has to look itself. */
async function memoryOf(pid: number | undefined): Promise<number> {
  if (process.platform !== 'linux' || pid === undefined) return 0
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '')
  return Number(text.split(' ')[1] ?? 0) * 4096
}

/** What the plugin is told of a failure on this side: never a stack or a cause. */
function encodeError(error: unknown): object {
  if (!isOcishError(error)) {
    const name = error instanceof Error ? error.name : 'Error'
    return { name, message: error instanceof Error ? error.message : 'failed' }
  }
  const { message, code, hint, details } = error
  return { message, code, hint, details }
}

/** A failure with one of our codes is passed on; everything else is the plugin's own. */
function decodedError(error: Readonly<Record<string, unknown>>, name: string): Error {
  const { message, code, hint, details } = error
  const text = typeof message === 'string' ? message.slice(0, 2000) : 'failed'
  if (error['name'] === 'AbortError') return new DOMException(text, 'AbortError')
  if (typeof code !== 'string' || !Object.hasOwn(exitByCode, code)) return failed(name, `failed: ${text}`, '')
  return new OcishError(code, text, {
    ...(typeof hint === 'string' && { hint }),
    ...(isJsonObject(details) && { details }),
  })
}

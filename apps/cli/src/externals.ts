import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Bytes, OcishError } from '@ocish/sdk'
import type { ExternalRun, Externals } from '@ocish/shell'

/**
 * Other programs, found along PATH, without a shell in between. `flush` writes what was printed before they start; `hard`
 * kills what runs.
 */
export function externals(flush: () => Promise<void>, hard?: AbortSignal): Externals {
  return {
    run(external) {
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      return { output: outputOf({ external, flush, hard }, resolve, reject), exit: promise }
    },
  }
}

interface Request {
  readonly external: ExternalRun
  readonly flush: () => Promise<void>
  readonly hard: AbortSignal | undefined
}

async function* outputOf(
  { external, flush, hard }: Request,
  resolve: (status: number) => void,
  reject: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void> {
  const { input, inherit, signal } = external
  try {
    await flush()
    signal.throwIfAborted()
    const child = await start(external)
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    const stop = (): void => void child.kill('SIGTERM')
    const kill = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', stop, { once: true })
    hard?.addEventListener('abort', kill, { once: true })
    const feeding = input === undefined ? undefined : feed(child, input, signal)
    let whole = false
    try {
      if (!inherit) for await (const chunk of child.stdout!) yield chunk as Buffer
      whole = true
    } finally {
      // Nobody reads on: it would wait for ever.
      if (!whole) child.kill('SIGTERM')
    }
    const [status, killedBy] = await ended
    signal.removeEventListener('abort', stop)
    hard?.removeEventListener('abort', kill)
    signal.throwIfAborted()
    await feeding
    // It wrote to our own reader, who is gone.
    if (inherit && killedBy === 'SIGPIPE')
      throw new OcishError('BROKEN_PIPE', 'the reader of the output is gone')
    resolve(status ?? 128)
  } catch (error) {
    reject(error)
    throw error
  }
}

/** Errors: EXTERNAL_FAILED. */
async function start({ name, args, input, inherit }: ExternalRun): Promise<ChildProcess> {
  const stdin = input === undefined ? (inherit ? 'inherit' : 'ignore') : 'pipe'
  // Few lines run another program, and loading this costs every line 3 ms.
  const { spawn } = await import('node:child_process')
  const child = spawn(name, args, { stdio: [stdin, inherit ? 'inherit' : 'pipe', 'inherit'] })
  try {
    await once(child, 'spawn')
    return child
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new OcishError('EXTERNAL_FAILED', missing ? `no program ${name}` : `cannot start ${name}`, {
      cause,
      ...(missing ? { hint: 'Install it, or correct PATH.' } : {}),
    })
  }
}

/** A program that has read enough closes its input: that is no failure. */
async function feed(child: ChildProcess, input: Bytes, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(Readable.from(input, { objectMode: false }), child.stdin!, { signal })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET') throw error
  }
}

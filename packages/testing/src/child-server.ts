import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A server program that a test started. */
export interface ChildServer {
  /** Lines it has written so far, both streams. */
  readonly log: readonly string[]
  close(): Promise<void>
}

/**
 * Starts a program and waits until `ready` answers something for one of its lines, or until it ends (which is an
 * error with its last words).
 */
export async function startChild<Ready>(
  program: string,
  args: readonly string[],
  ready: (line: string) => Ready | undefined,
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly server: ChildServer; readonly ready: Ready }> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
  })
  const log: string[] = []
  const answer = await new Promise<Ready>((resolve, reject) => {
    const listen = (line: string): void => {
      log.push(line)
      const value = ready(line)
      if (value !== undefined) resolve(value)
    }
    createInterface({ input: child.stdout }).on('line', listen)
    createInterface({ input: child.stderr }).on('line', listen)
    child.once('error', reject)
    child.once('close', (code) =>
      reject(new Error(`${program} ended with ${code}: ${log.slice(-5).join('\n')}`)),
    )
  })
  return { ready: answer, server: { log, close: () => stop(child) } }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 3000)
  await ended
  clearTimeout(patience)
}

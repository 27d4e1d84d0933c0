import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { OcishError } from '@ocish/sdk'
import { type Confirmation, confirming } from '@ocish/host'
import { safe } from '@ocish/shell/text'
import { standardError } from './standard-error.ts'

/** The questions a session may ask on the terminal; `signal` ends one that waits. */
export interface Asking {
  confirm(question: string, more?: Confirmation): Promise<boolean>
  readSecret(prompt: string): Promise<string>
}

/** Questions on standard error, answered at the terminal. Errors: INTERRUPTED. */
export function askOnTerminal(signal: AbortSignal): Asking {
  return {
    /** Anything but y or yes, or what has to be typed, is no. */
    async confirm(question, more = {}) {
      const shape = { choice: '[y/N]', columns: Number.POSITIVE_INFINITY }
      const { lines, prompt, agrees } = confirming(question, more, shape)
      for (const line of lines) standardError().write(`${safe(line)}\n`)
      return agrees(await ask(safe(prompt), standardError(), signal))
    },
    /** What is typed is not shown. */
    async readSecret(prompt) {
      standardError().write(safe(prompt))
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
      const answer = await ask('', nowhere, signal)
      standardError().write('\n')
      return answer
    },
  }
}

/** One line. Errors: INTERRUPTED when the terminal is closed (Ctrl-D), the signal's reason. */
async function ask(prompt: string, output: NodeJS.WritableStream, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  const stop = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  // In raw mode Ctrl-C comes as a character; the process gets the signal that it stands for.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  lines.on('close', () => reject(new OcishError('INTERRUPTED', 'nothing was answered')))
  lines.question(prompt, resolve)
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
    lines.close()
    process.stdin.destroy()
  }
}

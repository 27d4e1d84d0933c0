import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { OcishError } from '@ocish/sdk'
import { safe } from '@ocish/shell/text'
import { standardError } from './standard-error.ts'

/** The questions a session may ask on the terminal; `signal` ends one that waits. */
export interface Asking {
  confirm(question: string): Promise<boolean>
  readSecret(prompt: string): Promise<string>
}

export function askOnTerminal(signal: AbortSignal): Asking {
  return {
    /** Anything but y or yes is no. */
    async confirm(question) {
      const answer = await ask(`${safe(question)} [y/N] `, standardError(), signal)
      return /^y(?:es)?$/i.test(answer.trim())
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

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { safe } from '@ocish/shell/text'

/** Asks a yes or no question on the terminal; anything but y or yes is no. */
export async function confirm(question: string): Promise<boolean> {
  const answer = await ask(`${safe(question)} [y/N] `, process.stderr)
  return /^y(?:es)?$/i.test(answer.trim())
}

/** Reads a line without showing what is typed. */
export async function readSecret(prompt: string): Promise<string> {
  process.stderr.write(safe(prompt))
  const answer = await ask('', new Writable({ write: (_chunk, _encoding, done) => done() }))
  process.stderr.write('\n')
  return answer
}

async function ask(prompt: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  // In raw mode Ctrl-C comes as a character; the process gets the signal that it stands for.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await lines.question(prompt)
  } finally {
    lines.close()
    process.stdin.destroy()
  }
}

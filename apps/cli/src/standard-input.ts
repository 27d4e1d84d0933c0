import type { Bytes } from '@ocish/sdk'
import { inputIsTerminal } from './is-terminal.ts'

/**
 * Standard input as a stream, touched only when somebody reads it, so that an open or closed one never holds the
 * process; undefined on a terminal, where nothing was piped in. Ends with `signal`.
 */
export function standardInput(signal: AbortSignal): Bytes | undefined {
  return inputIsTerminal() ? undefined : read(signal)
}

async function* read(signal: AbortSignal): Bytes & AsyncGenerator<Uint8Array> {
  const { stdin } = process
  const stop = (): void => {
    stdin.destroy(signal.reason as Error)
  }
  signal.throwIfAborted()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stdin) yield chunk as Buffer
  } finally {
    signal.removeEventListener('abort', stop)
    stdin.destroy()
  }
}

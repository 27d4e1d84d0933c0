import type { Bytes } from '@ocish/sdk'

/**
 * Standard input as a stream, touched only when somebody reads it, so that an open or closed one never holds the
 * process; undefined on a terminal, where nothing was piped in.
 */
export function standardInput(): Bytes | undefined {
  return process.getBuiltinModule('node:tty').isatty(0) ? undefined : read()
}

async function* read(): Bytes & AsyncGenerator<Uint8Array> {
  const stdin = process.stdin
  try {
    for await (const chunk of stdin) yield chunk as Buffer
  } finally {
    stdin.destroy()
  }
}

import { promises as fs } from 'node:fs'
import type { Bytes, OpenBytes } from '@ocish/sdk'

const files = new WeakMap<OpenBytes, string>()

/** Opens a file that this program wrote and measured, and that nobody else changes while it is needed. */
export function spoolFile(path: string): OpenBytes {
  const open = (): Bytes => read(path)
  files.set(open, path)
  return open
}

/** The path behind what `spoolFile` made, for who can take a file as it is; what a kind opens itself has none. */
export function spooledPath(open: OpenBytes): string | undefined {
  return files.get(open)
}

async function* read(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await fs.open(path, 'r')
  yield* file.createReadStream({ highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>
}

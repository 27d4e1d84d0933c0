import type { Bytes } from '@ocish/sdk'
import type { Externals, Files } from '@ocish/shell'

/** Reads as ever; what would be written is counted and left. */
export function dryFiles(files: Files, note: (message: string) => void): Files {
  return {
    read: (path, signal) => files.read(path, signal),
    async write(path, bytes, { append }) {
      note(`would ${append ? 'append' : 'write'} ${await counted(bytes)} bytes to ${path}`)
    },
  }
}

/** Other programs may do anything, so none is started. */
export function dryExternals(note: (message: string) => void): Externals {
  return {
    run({ name, args, input }) {
      const exit = counted(input).then(() => {
        note(`would run ${[name, ...args].join(' ')}`)
        return 0
      })
      return { output: nothing(exit), exit }
    },
  }
}

async function* nothing(exit: Promise<number>): AsyncGenerator<Uint8Array, void> {
  await exit
  yield* []
}

async function counted(bytes: Bytes | undefined): Promise<number> {
  let size = 0
  for await (const chunk of bytes ?? []) size += chunk.length
  return size
}

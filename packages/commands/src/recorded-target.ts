import { counted } from '@ocish/core'
import { ReadyBytes, type Target } from '@ocish/sdk'

/** A file that went into a target. */
export interface WrittenFile {
  readonly path: string
  readonly bytes: number
  readonly ms: number
}

/** The target, which also tells what was written to it. */
export function recorded(target: Target, onFile: (file: WrittenFile) => void): Target {
  return {
    write: async (path, content, options) => {
      const start = performance.now()
      let bytes = content instanceof ReadyBytes ? content.bytes.length : 0
      const count = (total: number): void => {
        bytes = total
      }
      // What is at hand stays so.
      const passing = content instanceof ReadyBytes ? content : counted(content, count)
      await target.write(path, passing, options)
      onFile({ path, bytes, ms: Math.round(performance.now() - start) })
    },
    folder: (path, options) => target.folder(path, options),
    link: (path, to, options) => target.link(path, to, options),
    ...(target.hardlink && { hardlink: async (path, existing) => target.hardlink?.(path, existing) }),
  }
}

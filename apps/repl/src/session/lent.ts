import { OcishError } from '@ocish/sdk'
import type { Externals } from '@ocish/shell'
import type { Surface } from './surface.ts'

/** Ctrl-C so often within a second, and a program that takes no notice of it is killed. */
const enough = 3

/** Other programs, of which one that has the terminal has it alone; `flush` writes what was printed, `hard` kills it. */
export function lent(
  externals: (flush: () => Promise<void>, hard: AbortSignal) => Externals,
  surface: Pick<Surface, 'suspended'>,
  { flush, hard }: { readonly flush: () => Promise<void>; readonly hard: AbortController },
): Externals {
  return {
    run: (external) => {
      if (!external.inherit) return externals(flush, hard.signal).run(external)
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      let interrupted = false
      const onInterrupt = (times: number): void => {
        interrupted = true
        if (times >= enough) hard.abort(new OcishError('INTERRUPTED', 'ended the hard way'))
      }
      const output = (async function* () {
        // Nothing can be written any more once the terminal is lent.
        await flush()
        await surface.suspended(async () => {
          const ran = externals(async () => undefined, hard.signal).run(external)
          ran.exit.catch(reject)
          for await (const _ of ran.output);
          const status = await ran.exit
          if (interrupted && status > 1) reject(new OcishError('INTERRUPTED', 'cancelled'))
          else resolve(status)
        }, onInterrupt)
        yield* []
      })()
      return { output, exit: promise }
    },
  }
}

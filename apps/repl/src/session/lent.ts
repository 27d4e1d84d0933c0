import { OcishError } from '@ocish/sdk'
import type { Externals } from '@ocish/shell'
import type { Surface } from './surface.ts'

/** Ctrl-C so often within a second, and a program that takes no notice of it is killed. */
const enough = 3

/** Other programs, of which one that has the terminal has it alone; `hard` kills it. */
export function lent(
  externals: Externals,
  surface: Pick<Surface, 'suspended'>,
  hard: AbortController,
): Externals {
  return {
    run: (external) => {
      if (!external.inherit) return externals.run(external)
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      let interrupted = false
      const onInterrupt = (times: number): void => {
        interrupted = true
        if (times >= enough) hard.abort(new OcishError('INTERRUPTED', 'ended the hard way'))
      }
      const output = (async function* () {
        await surface.suspended(async () => {
          const ran = externals.run(external)
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

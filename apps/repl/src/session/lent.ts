import type { Externals } from '@ocish/shell'
import type { Surface } from './surface.ts'

/** Other programs, of which one that has the terminal has it alone. */
export function lent(externals: Externals, surface: Pick<Surface, 'suspended'>): Externals {
  return {
    run: (external) => {
      if (!external.inherit) return externals.run(external)
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      const output = (async function* () {
        await surface.suspended(async () => {
          const ran = externals.run(external)
          ran.exit.then(resolve, reject)
          for await (const _ of ran.output);
          await ran.exit
        })
        yield* []
      })()
      return { output, exit: promise }
    },
  }
}

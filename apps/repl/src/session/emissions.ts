import { type BoundProgram, type CommonFlags, type Emission, isRaw, type RunOutcome } from '@ocish/shell'
import type { Look } from '@ocish/shell/text'
import { lastRows } from './last-value.ts'
import type { LineOutput } from './line-output.ts'
import { withFlags } from './line-flags.ts'
import { print } from './print.ts'

export interface Printing {
  readonly bound: BoundProgram
  readonly output: LineOutput
  readonly look: () => Look
  /** What holds for a call. */
  readonly flags: (common: CommonFlags) => Partial<CommonFlags>
  /** Rows on the whole screen (`| view`); absent: they are printed. */
  readonly view?: (emission: Emission) => Promise<void>
  /** What the last pipe gave. */
  readonly remember: (value: unknown) => void
}

/** Prints everything a program gives; answers its status. Errors: those of the program. */
export async function printed(
  work: AsyncGenerator<Emission, RunOutcome>,
  { bound, output, look, flags, view, remember }: Printing,
): Promise<number> {
  try {
    let step = await work.next()
    for (; step.done !== true; step = await work.next()) {
      const { edge, common, external, exit } = step.value
      if (view !== undefined && isViewed(bound, step.value)) {
        await output.end()
        await view(step.value)
        continue
      }
      const remembered = lastRows(edge)
      const raw = external || isRaw(bound, step.value)
      const { output: format, ...said } = flags(common)
      // What another program wrote is passed on unless the line itself says how.
      const chosen = external ? common.output : format
      const printing = { ...said, ...(chosen && { output: chosen }) }
      await print(remembered.edge, output.write, {
        flags: printing,
        raw,
        look: withFlags(look(), said),
        exit,
      })
      remember(remembered.value())
    }
    return step.value.exit
  } finally {
    await work.return({ exit: 0 })
  }
}

/** The pipe ends in `view`. */
function isViewed(bound: BoundProgram, emission: Emission): boolean {
  for (const [stage, { call }] of bound.stages)
    if (stage.to === emission.to && stage.from >= emission.from && call?.signature.name === 'view')
      return true
  return false
}

import type { BoundProgram } from './bound-program.ts'
import type { Emission } from './run-options.ts'

/** `--raw` in the pipe that gave this: bytes go to a terminal as they are. */
export function isRaw({ stages }: BoundProgram, { from, to }: Pick<Emission, 'from' | 'to'>): boolean {
  for (const [stage, { call }] of stages)
    if (stage.from >= from && stage.to <= to && call?.flags['raw'] === true) return true
  return false
}

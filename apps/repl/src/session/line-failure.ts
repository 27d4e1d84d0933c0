import { hasCode, OcishError } from '@ocish/sdk'
import type { CommonFlags, Problem } from '@ocish/shell'
import { errorJson, errorLine, errorReport, type Look, paint, type Text } from '@ocish/shell/text'
import { withFlags } from './line-flags.ts'
import type { RunScope } from './run-scope.ts'

/** What ended a line says more than whatever fell over because of it. */
export function whyEnded(error: unknown, { stop: { signal } }: RunScope): unknown {
  if (!signal.aborted) return error
  if (hasCode(signal.reason, 'DEADLINE_EXCEEDED')) return signal.reason
  return new OcishError('INTERRUPTED', 'cancelled', { cause: error })
}

/** How a failure of a line is told: as its flags, else as the front end is. */
export function problemLines(
  problem: Problem,
  front: { readonly look: Look; readonly isPlain: boolean },
  flags: Partial<CommonFlags>,
): readonly string[] {
  const look = withFlags(front.look, flags)
  if (problem.code === 'INTERRUPTED') return [paint('cancelled' as Text, 'warn', look)]
  const form = flags.errors ?? (front.isPlain ? 'plain' : 'fancy')
  if (form === 'json') return [errorJson(problem)]
  return form === 'plain' ? [errorLine(problem)] : errorReport(problem, look)
}

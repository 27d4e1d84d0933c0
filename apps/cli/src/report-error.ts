import { hasCode } from '@ocish/sdk'
import { toProblem, type SourceText } from '@ocish/shell'
import { errorJson, errorLine, errorReport, join, type Look } from '@ocish/shell/text'

/** What `--errors` chooses. */
export type ErrorForm = 'fancy' | 'plain' | 'json'

/** How a failure is told. */
export interface ReportOptions {
  readonly form: ErrorForm
  readonly look: Look
  /** What ran, so that the faulty part can be marked. */
  readonly source?: SourceText
}

/** Failures that nobody needs to be told of: the user's own signal, or a reader that left. */
const silent = ['BROKEN_PIPE', 'INTERRUPTED', 'TERMINATED']

/** The report of a failure for standard error (empty for a silent one) and the status it ends the program with. */
export function reportError(
  error: unknown,
  options: ReportOptions,
): { readonly text: string; readonly exit: number } {
  const problem = toProblem(error, options.source)
  const exit = problem.exit
  if (options.form === 'json') return { text: `${errorJson(problem)}\n`, exit }
  if (hasCode(error, ...silent)) return { text: '', exit }
  const lines = options.form === 'fancy' ? errorReport(problem, options.look) : [errorLine(problem)]
  return { text: `${join(lines, '\n')}\n`, exit }
}

/** What a run ended with when it was cancelled: the reason says more than whatever fell over because of it. */
export function endedBy(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted &&
    hasCode(signal.reason, 'BROKEN_PIPE', 'INTERRUPTED', 'TERMINATED', 'DEADLINE_EXCEEDED')
    ? signal.reason
    : error
}

import type { Signature } from '../signature.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { literalText } from './call-words.ts'
import { inWords, type EdgeType } from './edge-type.ts'
import type { Stage } from './syntax.ts'

/** Where a stage stands, and what reaches it. */
export interface Arrival {
  readonly name: string
  readonly stage: Stage
  readonly input: EdgeType
  /** It begins its pipe. */
  readonly first: boolean
  readonly previous?: Stage
  /** Standard input holds data for the first stage. */
  readonly standardInput: boolean
}

/** Why a verb that works on rows and values cannot work on what reaches it. */
export function itemsProblem(arrival: Arrival): Diagnostic | undefined {
  const { input, first, standardInput } = arrival
  if (input.form === 'none') return first && standardInput ? undefined : noInput(arrival)
  // Data from a file or standard input is read as rows where rows are wanted.
  if (input.form === 'bytes' && !first) return mismatch(arrival, 'rows', 'Put from json between them.')
  return undefined
}

/** Why a verb that reads bytes cannot work on what reaches it. */
export function bytesProblem(arrival: Arrival): Diagnostic | undefined {
  const { input, first, standardInput } = arrival
  if (input.form === 'none') return first && standardInput ? undefined : noInput(arrival)
  if (input.form === 'bytes' || input.form === 'any' || input.form === 'value') return undefined
  return mismatch(arrival, 'bytes', 'Leave it out: these are values already.')
}

/** Why a command cannot take what reaches it; commands also run without input. */
export function commandInputProblem(
  arrival: Arrival,
  { name, input: wanted }: Signature,
): Diagnostic | undefined {
  const { input, previous } = arrival
  if (input.form === 'none' || input.form === 'any') return undefined
  if (wanted === 'none') return mismatch(arrival, 'nothing', `Use each { ${name} $it } for every row.`)
  if (wanted === 'bytes' && input.form !== 'bytes')
    return mismatch(arrival, 'bytes', 'Put to json between them.')
  if (wanted === 'rows' && input.form === 'bytes' && previous !== undefined)
    return mismatch(arrival, 'rows', 'Put from json between them.')
  return undefined
}

function noInput({ name, stage: { from, to } }: Arrival): Diagnostic {
  const hint = `Put a command and | before it, such as tags app | ${name}.`
  return { code: 'BIND_NO_INPUT', message: `${name} has nothing to work on`, hint, from, to }
}

function mismatch({ name, stage, input, previous }: Arrival, wanted: string, hint: string): Diagnostic {
  const giver = previous === undefined ? 'the file' : nameOf(previous)
  const message = `${giver} gives ${inWords(input)}, but ${name} takes ${wanted}`
  return { code: 'BIND_TYPE_MISMATCH', message, hint, from: stage.from, to: stage.to }
}

function nameOf(stage: Stage): string {
  if (stage.kind === 'call') return literalText(stage.head) ?? 'the command'
  return stage.kind === 'value' ? 'the value' : stage.kind
}

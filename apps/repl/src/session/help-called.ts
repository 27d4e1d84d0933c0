import { helpDocument } from '@ocish/host'
import type { BoundProgram, Commands } from '@ocish/shell'
import type { Look } from '@ocish/shell/text'
import type { LineOutput } from './line-output.ts'
import { print } from './print.ts'

/** Prints help where some call of the line has `--help`; true: nothing else of it runs. */
export async function helpCalled(
  bound: BoundProgram,
  commands: Commands,
  output: LineOutput,
  look: Look,
): Promise<boolean> {
  const asked = [...bound.stages.values()].find(({ call }) => call?.common.help === true)?.call
  if (asked === undefined) return false
  const value = helpDocument(asked.signature.name.split(' '), commands)
  await print({ form: 'value', type: 'text', value }, output.write, { flags: asked.common, raw: false, look })
  return true
}

import { OcishError } from '@ocish/sdk'
import { ProgramEnd } from '@ocish/shell'
import type { Run } from './run.ts'

/** What a process can end with. */
const largest = 255

// oxlint-disable-next-line require-yield -- it ends the program and gives nothing
export const run: Run = async function* run(call) {
  const given = call.args['status']
  const status = typeof given === 'number' ? given : 0
  if (status < 0 || status > largest)
    throw new OcishError('USAGE_INVALID_VALUE', `${status} is no exit status`, {
      hint: `Give a number from 0 to ${largest}.`,
    })
  throw new ProgramEnd(status)
}

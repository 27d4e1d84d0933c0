import { givesBytes, type Signature } from '@ocish/shell'
import type { Run } from './run.ts'

/**
 * The command, except that with `-` as its destination (`bytesTo` of its signature) it gives the archive it wrote in
 * place of what it would tell, and nothing where it wrote none.
 */
export function withArchiveOutput({ output }: Signature, run: Run): Run {
  return async function* piped(call, services) {
    if (services.standardOutput === undefined || !givesBytes(output, call.args))
      return yield* run(call, services)
    const archive = services.standardOutput()
    const told = run(call, services)
    let step = await told.next()
    while (step.done !== true) step = await told.next()
    yield* archive
    return step.value
  }
}

import { OcishError, type Bytes } from '@ocish/sdk'
import type { Flow } from './items.ts'
import type { RunOptions, RunOutcome } from './run-options.ts'

/** Statuses of other programs: 1 is an answer (`grep`, `diff`, `test`), anything above is a failure. */
export function runExternal(
  name: string,
  args: readonly string[],
  input: Bytes | undefined,
  inherit: boolean,
  options: Pick<RunOptions<never>, 'externals' | 'signal'>,
): { readonly flow: Flow; readonly outcome: () => RunOutcome | undefined } {
  if (options.externals === undefined) {
    throw new OcishError('EXTERNAL_FAILED', `${name} is not run here`, { hint: 'Leave out --restricted.' })
  }
  const { signal } = options
  const { output, exit } = options.externals.run({
    name,
    args,
    inherit,
    signal,
    ...(input === undefined ? {} : { input }),
  })
  exit.catch(() => undefined)
  let ended: RunOutcome | undefined
  const settle = (status: number): void => {
    ended = { exit: status === 0 ? 0 : 1 }
  }
  return { flow: { form: 'bytes', bytes: checked(name, output, exit, settle) }, outcome: () => ended }
}

/** The output, then the failure if there was one. */
async function* checked(
  name: string,
  output: Bytes,
  exit: Promise<number>,
  settle: (status: number) => void,
): AsyncGenerator<Uint8Array, void> {
  yield* output
  const status = await exit
  if (status > 1)
    throw new OcishError('EXTERNAL_FAILED', `${name} ended with ${status}`, { details: { status } })
  settle(status)
}

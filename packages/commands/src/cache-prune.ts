import { numberFlag } from './call-values.ts'
import type { Run } from './run.ts'

const month = 30 * 86_400_000

export const run: Run = async function* run(call, services) {
  const { dryRun } = services.options
  const keepBytes = numberFlag(call, 'keep')
  const older = numberFlag(call, 'older') ?? (keepBytes === undefined ? month : undefined)
  if (!dryRun) await services.confirm('Remove from the store what was not used for long?')
  yield* services.cache.prune({
    ...(older === undefined ? {} : { before: new Date(Date.now() - older) }),
    ...(keepBytes === undefined ? {} : { keepBytes }),
    dryRun,
    signal: call.signal,
  })
}

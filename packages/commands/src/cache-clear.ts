import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { dryRun } = services.options
  if (!dryRun) await services.confirm('Remove everything from the store?')
  yield* services.cache.clear({ dryRun, signal: call.signal })
}

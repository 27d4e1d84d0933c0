import { textArg } from './call-values.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const paths = await services.plugins.create(textArg(call, 'name'), call.signal)
  yield* paths.map((path) => ({ path }))
}

import { textArg } from './call-values.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  yield services.plugins.info(textArg(call, 'name'))
}

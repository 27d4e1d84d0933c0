import { textArg } from './call-values.ts'
import { pluginRowOf } from './plugin-row.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  yield pluginRowOf(await services.plugins.enable(textArg(call, 'name'), true))
}

import { isSet, textArg } from './call-values.ts'
import { pluginRowOf } from './plugin-row.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const added = await services.plugins.add(textArg(call, 'source'), { trust: isSet(call, 'trust'), signal })
  yield pluginRowOf(added)
}

import { pluginRowOf } from './plugin-row.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(_call, services) {
  yield* services.plugins.list().map((plugin) => pluginRowOf(plugin))
}

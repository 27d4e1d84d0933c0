import { optionalTextArg } from './call-values.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  let bad = false
  for await (const check of services.plugins.doctor(optionalTextArg(call, 'name'), call.signal)) {
    bad ||= !check.ok
    yield check
  }
  return bad ? { exit: 1 } : undefined
}

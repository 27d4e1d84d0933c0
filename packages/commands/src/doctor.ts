import { textArg } from './call-values.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const host = textArg(call, 'host')
  let well = true
  for await (const { check, ok, detail } of services.doctor(host, call.signal)) {
    well &&= ok
    yield { subject: host, check, ok, detail }
  }
  return { exit: well ? 0 : 1 }
}

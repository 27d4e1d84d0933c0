import { isSet, optionalTextArg, textFlag } from './call-values.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const folder = optionalTextArg(call, 'folder')
  const upstream = textFlag(call, 'upstream')
  const users = textFlag(call, 'users')
  yield* services.serve({
    ...(folder === undefined ? {} : { folder }),
    ...(upstream === undefined ? {} : { upstream }),
    address: textFlag(call, 'addr') ?? '127.0.0.1:5000',
    readOnly: isSet(call, 'readonly'),
    sparse: isSet(call, 'sparse'),
    allowRemote: isSet(call, 'allow-remote'),
    ...(users === undefined ? {} : { users }),
    signal: call.signal,
  })
}

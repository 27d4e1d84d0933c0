import { textArg } from './call-values.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const host = textArg(call, 'host')
  if (services.options.dryRun) return undefined
  if (await services.credentials.logout(host)) {
    yield { host, status: 'removed' }
    return undefined
  }
  services.note(`there were no credentials for ${host}`)
  return { exit: 1 }
}

import { defineCommand, type Command } from '@ocish/shell'
import { textArg } from './call-values.ts'
import type { Services } from './services.ts'
import { logoutSignature } from './signatures/account.ts'

export const command: Command<Services> = defineCommand<Services>({
  signature: logoutSignature,
  async *run(call, services) {
    const host = textArg(call, 'host')
    if (services.options.dryRun) return undefined
    if (await services.credentials.logout(host)) {
      yield { host }
      return undefined
    }
    services.note(`there were no credentials for ${host}`)
    return { exit: 1 }
  },
})

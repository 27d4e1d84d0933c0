import { collect } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { isSet, textArg, textFlag } from './call-values.ts'
import type { Services } from './services.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const host = textArg(call, 'host')
  const username = textFlag(call, 'username')
  if (username === undefined) {
    throw new OcishError('USAGE_MISSING_ARGUMENT', `login ${host} needs a name`, {
      hint: `Write login ${host} --username NAME --password-stdin.`,
    })
  }
  const password = await passwordFor(host, username, call, services)
  if (services.options.dryRun) return
  const { source } = await services.credentials.login(host, { username, password }, { signal: call.signal })
  yield { host, user: username, source, status: 'verified' }
}

const passwordLimit = 64 * 1024

async function passwordFor(host: string, username: string, call: Call, services: Services): Promise<string> {
  const input = call.input?.bytes
  const password =
    isSet(call, 'password-stdin') && input !== undefined
      ? new TextDecoder().decode(
          await collect(input, { limit: passwordLimit, what: 'the password', signal: call.signal }),
        )
      : await services.readSecret(`Password of ${username} for ${host}: `)
  const line = password.replace(/\r?\n$/, '')
  if (line !== '') return line
  throw new OcishError('USAGE_MISSING_ARGUMENT', 'the password is empty', {
    hint: 'Give it on standard input with --password-stdin.',
  })
}

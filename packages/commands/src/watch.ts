import { OcishError } from '@ocish/sdk'
import { numberFlag, textArg } from './call-values.ts'
import type { Run } from './run.ts'
import { watchEvents } from './watched.ts'

export const run: Run = async function* run(call, services) {
  if (call.flags['on-change'] !== undefined)
    throw new OcishError('USAGE_CONFLICT', '--on-change needs a session, which has jobs', {
      hint: 'Write watch LOCATION | each { … } in a script.',
    })
  const options = {
    location: textArg(call, 'location'),
    every: numberFlag(call, 'every') ?? 0,
    services,
    signal: call.signal,
  }
  for await (const event of watchEvents(options, call.flags['until'])) yield { ...event }
}

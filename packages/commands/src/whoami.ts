import type { Row } from '@ocish/shell'
import { optionalTextArg } from './call-values.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const host = optionalTextArg(call, 'host')
  if (host === undefined) {
    const all = await services.credentials.list()
    if (all.length === 0) services.note('no credentials are stored: every registry is asked anonymously')
    for (const entry of all) yield row(entry.host, entry.username, entry.source)
    return undefined
  }
  const found = await services.credentials.find(host)
  if (found === undefined) {
    services.note(`no credentials for ${host}: requests are anonymous`)
    return { exit: 1 }
  }
  yield row(host, found.username, found.source)
  return undefined
}

function row(host: string, user: string | undefined, source: string): Row {
  return { host, ...(user === undefined ? {} : { user }), source, status: 'not checked' }
}

import { OcishError } from '@ocish/sdk'
import type { ClientOptions } from './options.ts'

/** Errors: RESTRICTED (`mayContact` says no). */
export function checkContact(url: URL, { mayContact }: Pick<ClientOptions, 'mayContact'>): void {
  if (mayContact === undefined || mayContact(url)) return
  throw new OcishError('RESTRICTED', `${url.host} may not be asked`, {
    hint: `Add --allow-host ${url.host}.`,
    details: { host: url.host },
  })
}

import type { Endpoint, ServeOptions } from '@ocish/commands'
import type { Registry } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { readPrivate } from './private-file.ts'

/** Name to password. */
export type Users = Readonly<Record<string, string>>

/**
 * Serves a registry until the signal says stop: one row with the address once it listens, then it waits; an abort is the
 * ordinary end. Errors: ADDRESS_INVALID, ADDRESS_REFUSED, ADDRESS_IN_USE.
 */
export async function* serveRegistry(
  registry: Registry,
  root: string,
  options: Pick<ServeOptions, 'address' | 'readOnly' | 'sparse' | 'allowRemote' | 'signal'> & {
    readonly users?: Users
  },
): AsyncGenerator<Endpoint, void> {
  const { serve } = await import('@ocish/server')
  const { readOnly } = await import('@ocish/core')
  const { address, signal, users, sparse = false, allowRemote = false } = options
  const auth = users && { scheme: 'basic' as const, users }
  signal.throwIfAborted()
  await using server = await serve(options.readOnly ? readOnly(registry) : registry, {
    address,
    sparse,
    allowRemote,
    ...(auth && { auth }),
  })
  yield { address: server.host, url: server.url, root, readOnly: options.readOnly }
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Lines `NAME:PASSWORD`; empty ones and those with # are left out. Errors: FILE_NOT_FOUND, FILE_FAILED, INPUT_INVALID. */
export async function readUsers(path: string): Promise<Users> {
  const text = await readPrivate(path)
  if (text === undefined) throw new OcishError('FILE_NOT_FOUND', `no file ${path}`)
  const users = Object.create(null) as Record<string, string>
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue
    const colon = line.indexOf(':')
    if (colon < 1) throw new OcishError('INPUT_INVALID', `line ${index + 1} of ${path} is not NAME:PASSWORD`)
    users[line.slice(0, colon)] = line.slice(colon + 1)
  }
  return users
}

import { isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import type { Credential } from '../options.ts'
import { printable } from '../wire-error.ts'
import { canonicalHost, fileKey, keyHost, named } from './docker-config.ts'

/** A helper program and where its name was found. */
export interface Helper {
  /** The suffix of `docker-credential-NAME`. */
  readonly name: string
  /** The file that names it. */
  readonly label: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

const timeout = 30_000
const largestOutput = 1024 * 1024
const notFound = /credentials not found/i

/** What the helper holds for a host; undefined when nothing. Errors: CREDENTIAL_HELPER_FAILED. */
export async function helperGet(helper: Helper, host: string): Promise<Credential | undefined> {
  const { status, output } = await run(helper, 'get', fileKey(host))
  if (status !== 0) {
    if (notFound.test(output)) return undefined
    throw failed(helper, `for ${host}`, output)
  }
  const answer = parse(helper, output)
  const { ServerURL: server, Username: username, Secret: secret } = answer
  // An answer for another host is no answer (T22).
  if (typeof server === 'string' && server !== '' && keyHost(server) !== canonicalHost(host)) return undefined
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined
  return named(username, secret, sourceOf(helper))
}

/** Errors: CREDENTIAL_HELPER_FAILED. */
export async function helperStore(
  helper: Helper,
  host: string,
  username: string,
  secret: string,
): Promise<void> {
  const input = JSON.stringify({ ServerURL: fileKey(host), Username: username, Secret: secret })
  const { status, output } = await run(helper, 'store', input)
  if (status !== 0) throw failed(helper, `to store a credential of ${host}`, output)
}

/** False: it had nothing. Errors: CREDENTIAL_HELPER_FAILED. */
export async function helperErase(helper: Helper, host: string): Promise<boolean> {
  const { status, output } = await run(helper, 'erase', fileKey(host))
  if (status === 0) return true
  if (notFound.test(output)) return false
  throw failed(helper, `to erase the credential of ${host}`, output)
}

/** Address to user name. Errors: CREDENTIAL_HELPER_FAILED. */
export async function helperList(helper: Helper): Promise<ReadonlyMap<string, string>> {
  const { status, output } = await run(helper, 'list', '')
  if (status !== 0) throw failed(helper, 'to list its credentials', output)
  const entries = Object.entries(parse(helper, output))
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** How a credential of this helper is introduced to a person. */
export function sourceOf(helper: Helper): string {
  return `docker-credential-${helper.name} (named in ${helper.label})`
}

interface Outcome {
  readonly status: number
  readonly output: string
}

async function run(helper: Helper, verb: string, input: string): Promise<Outcome> {
  // A name with a separator would be a path, not a program of the search path.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(helper.name)) {
    throw new OcishError(
      'CREDENTIAL_HELPER_FAILED',
      `${helper.label} names a credential helper that cannot be one`,
    )
  }
  helper.signal?.throwIfAborted()
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(`docker-credential-${helper.name}`, [verb], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environmentOf(helper),
    windowsHide: true,
  })
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const stop = (error: Error): void => {
    child.kill('SIGKILL')
    reject(error)
  }
  const onAbort = (): void => stop(helper.signal?.reason as Error)
  const timer = setTimeout(() => stop(failed(helper, verb, 'it did not answer in 30 seconds')), timeout)
  helper.signal?.addEventListener('abort', onAbort, { once: true })
  const chunks: Buffer[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > largestOutput) stop(failed(helper, verb, 'it says more than a helper may'))
    else chunks.push(chunk)
  })
  child.on('error', (cause: NodeJS.ErrnoException) => reject(cannotRun(helper, cause)))
  child.on('close', (status) =>
    resolve({ status: status ?? 1, output: Buffer.concat(chunks).toString('utf8').trim() }),
  )
  // A helper may answer without reading.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    helper.signal?.removeEventListener('abort', onAbort)
  }
}

/** Variables that make a program compiled by Bun into Bun itself are not passed on. */
function environmentOf({ env }: Helper): NodeJS.ProcessEnv {
  const { BUN_OPTIONS: _options, BUN_BE_BUN: _bun, ...rest } = env
  return rest
}

function parse(helper: Helper, output: string): Readonly<Record<string, unknown>> {
  const what = `the answer of docker-credential-${helper.name}`
  const parsed = parseJson(output, { what, code: 'CREDENTIAL_HELPER_FAILED' })
  return isJsonObject(parsed) ? parsed : {}
}

function cannotRun(helper: Helper, cause: NodeJS.ErrnoException): OcishError {
  const program = `docker-credential-${helper.name}`
  const what = cause.code === 'ENOENT' ? 'is not installed' : 'cannot be run'
  return new OcishError('CREDENTIAL_HELPER_FAILED', `${program}, which ${helper.label} names, ${what}`, {
    cause,
    hint: `Install ${program}, or take it out of ${helper.label}.`,
  })
}

function failed(helper: Helper, what: string, output: string): OcishError {
  const reason = printable(output, 200)
  const text = `docker-credential-${helper.name} failed ${what}${reason === '' ? '' : `: ${reason}`}`
  return new OcishError('CREDENTIAL_HELPER_FAILED', text, {
    hint: `Check ${helper.label}, which names this helper.`,
  })
}

import { createHash } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import { compareVersions, parseConstraint, parseVersion, satisfies } from '@ocish/versions'
import { allowedNames, isNamed } from '../allowed-hosts.ts'
import type { Env } from '../paths.ts'
import { npmRegistry } from './npm-registry.ts'

const documentLimit = 32 << 20
/** Bytes of the largest archive of a plugin. */
export const archiveLimit: number = 64 << 20
const silence = 30_000
const maxRedirects = 5

/** What a registry of npm packages is asked with. */
export interface FetchOptions {
  readonly env: Env
  readonly home: string
  readonly signal: AbortSignal
  /** Hosts that may be asked (`--allow-host`); absent: any. */
  readonly allowHosts?: readonly string[]
}

/**
 * The archive of an npm package (`name`, `name@1.2.3`, `name@^1`, `name@next`), checked by the integrity that the
 * registry's document has for it. Errors: PLUGIN_FAILED, DIGEST_MISMATCH, NETWORK_FAILED, LIMIT_EXCEEDED,
 * RESTRICTED (`allowHosts`).
 */
export async function fetchPackage(wanted: string, options: FetchOptions): Promise<Uint8Array> {
  const at = wanted.indexOf('@', 1)
  const name = at < 0 ? wanted : wanted.slice(0, at)
  const range = at < 0 ? 'latest' : wanted.slice(at + 1)
  if (!/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name))
    throw new OcishError('PLUGIN_FAILED', `${name} is no name of a package`, {
      hint: 'Name a package, a path that begins with ./, or a reference.',
    })
  const registry = await npmRegistry(name, options)
  const url = new URL(`${registry.replace(/\/+$/, '')}/${name.replace('/', '%2f')}`)
  const document = parseJson(await get(url, documentLimit, options), {
    what: `the document of ${name}`,
    code: 'PLUGIN_FAILED',
    maxSize: documentLimit,
  })
  const { tarball, integrity } = distOf(document, name, range)
  const bytes = await get(new URL(tarball, url), archiveLimit, options)
  checkIntegrity(bytes, integrity, name)
  return bytes
}

function distOf(
  document: unknown,
  name: string,
  range: string,
): { readonly tarball: string; readonly integrity: string } {
  const versions = isJsonObject(document) ? document['versions'] : undefined
  const tags = isJsonObject(document) ? document['dist-tags'] : undefined
  const tagged = isJsonObject(tags) && Object.hasOwn(tags, range) ? tags[range] : undefined
  const all = isJsonObject(versions) ? versions : {}
  const version = typeof tagged === 'string' ? tagged : highest(Object.keys(all), range)
  const chosen = version !== undefined && Object.hasOwn(all, version) ? all[version] : undefined
  const dist = isJsonObject(chosen) ? chosen['dist'] : undefined
  if (!isJsonObject(dist))
    throw new OcishError('PLUGIN_FAILED', `the package ${name} has no version ${range}`, {
      hint: 'Leave out the version for the newest one.',
    })
  const { tarball, integrity } = dist
  if (typeof tarball !== 'string' || typeof integrity !== 'string')
    throw new OcishError('PLUGIN_FAILED', `the registry has no integrity for ${name}`, {
      hint: 'Add it from an archive, or from another registry.',
    })
  return { tarball, integrity }
}

function highest(versions: readonly string[], range: string): string | undefined {
  if (versions.includes(range)) return range
  const constraint = parseConstraint(range)
  if (constraint === undefined) return undefined
  const fitting = versions.flatMap((text) => {
    const version = parseVersion(text)
    return version !== undefined && satisfies(version, constraint) ? [{ text, version }] : []
  })
  return fitting.toSorted((a, b) => compareVersions(b.version, a.version))[0]?.text
}

/** Subresource integrity: the strongest of the algorithms that are given counts, and SHA-1 is none. */
function checkIntegrity(bytes: Uint8Array, integrity: string, name: string): void {
  for (const algorithm of ['sha512', 'sha384', 'sha256']) {
    const wanted = integrity.split(/\s+/).filter((one) => one.startsWith(`${algorithm}-`))
    if (wanted.length === 0) continue
    const found = `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`
    if (wanted.some((one) => one.split('?')[0] === found)) return
    throw new OcishError('DIGEST_MISMATCH', `the archive of ${name} is not what its registry says it is`, {
      details: { expected: wanted[0], got: found },
    })
  }
  throw new OcishError('PLUGIN_FAILED', `the integrity of ${name} has no algorithm that counts`)
}

async function get(url: URL, limit: number, options: FetchOptions, redirects = 0): Promise<Uint8Array> {
  if (redirects > maxRedirects) throw new OcishError('NETWORK_FAILED', `too many redirects from ${url.host}`)
  checkAllowed(url, options)
  const answer = await asked(url, limit, options.signal)
  if (answer.bytes !== undefined) return answer.bytes
  const next = new URL(answer.location, url)
  if (url.protocol === 'https:' && next.protocol !== 'https:')
    throw new OcishError('REDIRECT_REFUSED', `${url.host} leads away from HTTPS`)
  return get(next, limit, options, redirects + 1)
}

function checkAllowed(url: URL, options: FetchOptions): void {
  const names = allowedNames(options.allowHosts)
  if (names === undefined || isNamed(url, names)) return
  throw new OcishError('RESTRICTED', `${url.host} may not be asked`, {
    hint: `Add --allow-host ${url.host}.`,
  })
}

type Answer =
  | { readonly bytes: Uint8Array; readonly location?: undefined }
  | { readonly bytes?: undefined; readonly location: string }

async function asked(url: URL, limit: number, signal: AbortSignal): Promise<Answer> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new OcishError('PLUGIN_FAILED', `${url.protocol} is no way to a package`)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise<Answer>((resolve, reject) => {
    const failed = (cause: unknown): void =>
      reject(
        cause instanceof OcishError || signal.aborted
          ? cause
          : new OcishError('NETWORK_FAILED', `cannot reach ${url.host}`, { cause }),
      )
    const sent = request(url, { signal, headers: { accept: 'application/json, */*' } }, (response) => {
      const { statusCode = 0, headers } = response
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        response.destroy()
        resolve({ location: headers.location })
        return
      }
      if (statusCode !== 200) {
        response.destroy()
        const code = statusCode === 404 ? 'PLUGIN_FAILED' : 'NETWORK_FAILED'
        reject(new OcishError(code, `${url.host} answers ${statusCode} for ${url.pathname}`))
        return
      }
      const chunks: Buffer[] = []
      let size = 0
      response.on('error', failed)
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size > limit)
          response.destroy(new OcishError('LIMIT_EXCEEDED', `${url.pathname} is larger than ${limit} bytes`))
      })
      response.on('end', () => resolve({ bytes: Buffer.concat(chunks) }))
    })
    sent.setTimeout(silence, () =>
      sent.destroy(new OcishError('NETWORK_TIMEOUT', `${url.host} does not answer`)),
    )
    sent.on('error', failed)
    sent.end()
  })
}

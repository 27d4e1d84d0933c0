import type { Access } from '@ocish/commands'
import type { Registry } from '@ocish/core'
import { OcishError } from '@ocish/sdk'
import { OpenedOnce } from './opened-once.ts'
import type { Paths } from './paths.ts'

/** A file or folder that holds artifacts, and the repository in it that its location means. */
export interface OpenedFile {
  readonly registry: Registry
  readonly repository: string
}

/** Everything that holds artifacts in this session, each opened once and closed with it. */
export interface Holdings extends AsyncDisposable {
  /** A remote registry; for reading through the content store where there is one. */
  registry(host: string, access: Access): Promise<Registry>
  /** The content store. Errors: CACHE_FAILED (this session keeps none). */
  store(): Promise<Registry>
  /** `shown`: the path as the user wrote it. */
  file(scheme: 'oci' | 'tar', path: string, shown: string, access: Access): Promise<OpenedFile>
}

export interface HoldingsOptions {
  /** A registry by its name. */
  readonly connect: (host: string) => Promise<Registry>
  /** Absent: no store. */
  readonly paths: Paths | undefined
  /** `--no-cache`: nothing that is known is taken from the store. */
  readonly noCache: boolean
}

/** Opens nothing yet; the packages behind are imported when one of their places is asked for. */
export function createHoldings(options: HoldingsOptions): Holdings {
  return new SessionHoldings(options)
}

class SessionHoldings implements Holdings {
  readonly #options: HoldingsOptions
  readonly #files = new OpenedOnce<OpenedFile>()

  constructor(options: HoldingsOptions) {
    this.#options = options
  }

  async registry(host: string, _access: Access): Promise<Registry> {
    return this.#options.connect(host)
  }

  async store(): Promise<Registry> {
    throw new OcishError('CACHE_FAILED', 'this session keeps no content store')
  }

  async file(scheme: 'oci' | 'tar', path: string, shown: string, access: Access): Promise<OpenedFile> {
    const key = `${scheme} ${access === 'read' ? 'read' : 'write'} ${path}`
    return this.#files.get(key, async () => openFile(scheme, path, shown, access))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#files.closeAll(async (file) => file.registry[Symbol.asyncDispose]())
  }
}

async function openFile(
  scheme: 'oci' | 'tar',
  path: string,
  shown: string,
  access: Access,
): Promise<OpenedFile> {
  const cache = await import('@ocish/cache')
  if (scheme === 'oci') {
    const layout = await cache.openLayout(path, { access: access === 'read' ? 'read' : 'write' })
    return { registry: layout, repository: layout.repository }
  }
  throw new OcishError('LOCATION_UNSUPPORTED', `tar:${shown} cannot be opened`)
}

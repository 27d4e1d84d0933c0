import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '@ocish/core'
import type { ClientOptions, CredentialLookup, TraceEvent, UploadMemory } from '@ocish/core/client'
import { hasCode, OcishError, registryHost } from '@ocish/sdk'
import type { CommonFlags } from '@ocish/shell'
import { readCertsFolder } from './certs-d.ts'
import type { Config, RegistrySettings } from './config.ts'
import { OpenedOnce } from './opened-once.ts'
import { type Env, expandPath } from './paths.ts'
import type { TokenFile } from './tokens.ts'

/** The flags that say how registries are reached. */
export type ConnectionFlags = Partial<
  Pick<
    CommonFlags,
    'plainHttp' | 'insecure' | 'header' | 'caFile' | 'cert' | 'key' | 'resolve' | 'concurrency' | 'maxWait'
  >
>

/** What all clients of a session have in common. */
export interface ClientsOptions {
  readonly config: Config
  readonly flags: ConnectionFlags
  readonly env: Env
  readonly cwd: string
  readonly home: string
  readonly version: string
  readonly credentials: CredentialLookup
  readonly tokens: TokenFile | undefined
  /** Where large uploads are remembered that a process left unfinished. */
  readonly uploads?: UploadMemory | undefined
  /** Absent: every address may be asked. */
  readonly mayContact?: ClientOptions['mayContact']
  readonly warn: (message: string) => void
  readonly trace: ((event: TraceEvent) => void) | undefined
  /** A request is repeated. */
  readonly retrying: (seconds: number, reason: string) => void
}

/** One client per registry, made when it is first asked for. */
export interface Clients extends AsyncDisposable {
  /** Errors: FILE_NOT_FOUND (certificates), USAGE_CONFLICT, USAGE_INVALID_VALUE. */
  get(registry: string): Promise<Registry>
  /**
   * The same without what the line says of the registry that it names: headers, client certificate, less security.
   * `insecure`: no certificate is checked, and where nobody speaks TLS it is plain HTTP.
   */
  mirror(registry: string, insecure: boolean): Promise<Registry>
  /** The options a client of this registry is made with, for a client with other credentials. */
  optionsFor(registry: string): Promise<ClientOptions>
}

const systemCertificates = ['/etc/containers/certs.d', '/etc/docker/certs.d']

/** Loads the HTTP client with the first registry. */
export function createClients(options: ClientsOptions): Clients {
  const clients = new OpenedOnce<Registry>()
  const mirrors = new OpenedOnce<Registry>()
  return {
    async get(registry) {
      return clients.get(registry, async () => connect(registry, options))
    },
    async mirror(registry, insecure) {
      const { resolve, concurrency, caFile } = options.flags
      const flags = {
        ...(resolve && { resolve }),
        ...(concurrency !== undefined && { concurrency }),
        ...(caFile !== undefined && { caFile }),
      }
      if (!insecure) return mirrors.get(registry, async () => connect(registry, { ...options, flags }))
      return mirrors.get(`${registry} insecure`, async () => connectAnyhow(registry, { ...options, flags }))
    },
    optionsFor: async (registry) => clientOptions(registry, options),
    async [Symbol.asyncDispose]() {
      await clients.closeAll(async (client) => client[Symbol.asyncDispose]())
      await mirrors.closeAll(async (client) => client[Symbol.asyncDispose]())
    },
  }
}

async function connect(registry: string, options: ClientsOptions): Promise<Registry> {
  const { createClient } = await import('@ocish/core/client')
  return createClient(registry, await clientOptions(registry, options))
}

/** TLS without a check of certificates where somebody speaks it, plain HTTP elsewhere. */
async function connectAnyhow(registry: string, options: ClientsOptions): Promise<Registry> {
  const { createClient } = await import('@ocish/core/client')
  const flags = { ...options.flags, insecure: true }
  const given = await clientOptions(registry, { ...options, flags })
  await using probe = createClient(registry, { ...given, retries: 0 })
  // A name that nobody has: what counts is whether somebody answers.
  const answered = await probe.statManifest('ocish/mirror', 'none').then(
    () => true,
    (error: unknown) => !hasCode(error, 'NETWORK_FAILED', 'NETWORK_TLS'),
  )
  return answered
    ? createClient(registry, given)
    : connect(registry, { ...options, flags: { ...options.flags, plainHttp: true } })
}

async function clientOptions(registry: string, options: ClientsOptions): Promise<ClientOptions> {
  const { flags, config, env, tokens } = options
  const settings = config.registries.get(registry)
  const { proxyFromEnvironment } = await import('@ocish/core/client')
  const proxy = proxyFromEnvironment(env)
  const concurrency = flags.concurrency ?? numberOf(config, 'defaults.concurrency')
  const retries = numberOf(config, 'defaults.retries')
  const maxWait = flags.maxWait === undefined ? numberOf(config, 'limits.max-wait') : flags.maxWait / 1000
  const maxPages = numberOf(config, 'limits.pages')
  const insecure = flags.insecure ?? settings?.insecure
  const plainHttp = flags.plainHttp || settings?.plainHttp
  return {
    ...(plainHttp !== undefined && { plainHttp: plainHttp || 'auto' }),
    ...(insecure !== undefined && { insecure }),
    ...(await certificates(registry, settings, options)),
    headers: headersOf(flags.header ?? []),
    ...(flags.resolve && { resolve: flags.resolve }),
    userAgent: `ocish/${options.version}`,
    credentials: options.credentials,
    ...(settings?.realms && { realms: settings.realms }),
    ...(options.uploads && { uploads: options.uploads }),
    ...(options.mayContact && { mayContact: options.mayContact }),
    ...(tokens && { tokenCache: tokens.of(registry) }),
    onWarning: (text, host) => options.warn(`${host}: ${text}`),
    ...(options.trace && { onTrace: options.trace }),
    onRetry: ({ seconds, reason }) => options.retrying(seconds, reason),
    ...(proxy && { proxy }),
    ...(concurrency !== undefined && { concurrency }),
    ...(retries !== undefined && { retries }),
    ...(maxWait !== undefined && { maxWait }),
    ...(maxPages !== undefined && { maxPages }),
    limits: limitsOf(config),
  }
}

/** Flags come before the configuration, and that before certs.d. */
async function certificates(
  registry: string,
  settings: RegistrySettings | undefined,
  options: ClientsOptions,
): Promise<Pick<ClientOptions, 'ca' | 'cert' | 'key'>> {
  const { flags, cwd, home } = options
  const read = async (path: string | undefined): Promise<Buffer | undefined> =>
    path === undefined ? undefined : readPem(expandPath(path, { cwd, home }))
  const folders = [join(home, '.config/containers/certs.d'), ...systemCertificates]
  const files = { cert: flags.cert ?? settings?.cert, key: flags.key ?? settings?.key }
  if ((files.cert === undefined) !== (files.key === undefined))
    throw new OcishError('USAGE_CONFLICT', `a client certificate for ${registry} needs both --cert and --key`)
  const [ca, cert, key, folder] = await Promise.all([
    read(flags.caFile ?? settings?.ca),
    read(files.cert),
    read(files.key),
    readCertsFolder(folders, registryHost(registry)),
  ])
  const authorities = [...(ca ? [ca] : []), ...(folder?.ca ?? [])]
  return {
    ...(authorities.length > 0 && { ca: authorities }),
    ...(folder?.cert && folder.key && { cert: folder.cert, key: folder.key }),
    ...(cert && key && { cert, key }),
  }
}

/** Errors: FILE_NOT_FOUND, FILE_FAILED (also for a file that holds neither certificate nor key). */
async function readPem(path: string): Promise<Buffer> {
  const bytes = await fs.readFile(path).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_FAILED'
    throw new OcishError(code, `cannot read the certificate file ${path}`, { cause })
  })
  // Node takes no notice of what is no PEM, and the registry's certificate would be blamed.
  if (bytes.includes('-----BEGIN ')) return bytes
  throw new OcishError('FILE_FAILED', `${path} holds no certificate or key in PEM form`, {
    hint: 'Convert it with openssl x509 -inform der -in FILE -out FILE.pem.',
  })
}

/** Errors: USAGE_INVALID_VALUE. */
function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers = Object.create(null) as Record<string, string>
  for (const line of lines) {
    const found = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(line)
    if (!found)
      throw new OcishError('USAGE_INVALID_VALUE', 'a header is not of the form Name: value', {
        hint: "Write --header 'Name: value'.",
      })
    headers[(found[1] ?? '').toLowerCase()] = (found[2] ?? '').trim()
  }
  return headers
}

function limitsOf(config: Config): NonNullable<ClientOptions['limits']> {
  const manifest = numberOf(config, 'limits.manifest')
  const page = numberOf(config, 'limits.page')
  return { ...(manifest !== undefined && { manifest }), ...(page !== undefined && { page }) }
}

function numberOf(config: Config, key: string): number | undefined {
  const value = config.get(key)
  return typeof value === 'number' ? value : undefined
}

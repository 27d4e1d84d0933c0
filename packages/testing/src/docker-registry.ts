import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createAuthority } from './certificates.ts'
import { type ChildServer, startChild } from './child-server.ts'
import { readAll } from './content.ts'
import { programPath } from './programs.ts'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts'
import { type TokenServer, tokenServer, type TokenServerOptions } from './token-server.ts'

/** How Debian's docker-registry is started. */
export interface DockerRegistryOptions {
  /** `htpasswd` needs the program of that name; `token` starts a token server beside. */
  readonly auth?: 'htpasswd' | 'token'
  /** HTTPS with a certificate of an authority made for this one. */
  readonly tls?: boolean
  /** Default true. */
  readonly delete?: boolean
  /** For `auth: 'token'`: what the token server grants. The user below always exists. */
  readonly tokens?: Omit<TokenServerOptions, 'service'>
}

/** Debian's docker-registry (CNCF Distribution 2.8) on a free loopback port. */
export interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  /** With scheme, without a trailing slash. */
  readonly url: string
  readonly port: number
  readonly username: string
  readonly password: string
  /** The authority's certificate (PEM) with `tls`. */
  readonly ca: string | undefined
  readonly tokens: TokenServer | undefined
  /** Where it keeps its data. */
  readonly folder: string
  readonly log: readonly string[]
  close(): Promise<void>
}

const account = { username: 'tester', password: 'pass:with:colons' } as const

/** Starts docker-registry; guard its tests with `has('docker-registry')`. */
export async function dockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const folder = await temporaryFolder('ocish-registry-')
  const tokens = options.auth === 'token' ? await startTokens(options.tokens) : undefined
  const authority = options.tls === true ? createAuthority() : undefined
  try {
    if (authority !== undefined)
      await writeCertificate(folder, authority.issue(['127.0.0.1', 'localhost', '::1']))
    const auth = await authSection(folder, options.auth, tokens)
    const config = folder.join('config.json')
    await writeFile(config, JSON.stringify(configuration(folder, options, auth)))
    const { server, ready: port } = await startChild(
      programPath('docker-registry'),
      ['serve', config],
      listeningPort,
    )
    return present({ server, port, folder, tokens, ca: authority?.cert })
  } catch (error) {
    await tokens?.close()
    await folder.remove()
    throw error
  }
}

interface Running {
  readonly server: ChildServer
  readonly port: number
  readonly folder: TemporaryFolder
  readonly tokens: TokenServer | undefined
  readonly ca: string | undefined
}

function present({ server, port, folder, tokens, ca }: Running): DockerRegistry {
  const close = async (): Promise<void> => {
    await server.close()
    await tokens?.close()
    await folder.remove()
  }
  return {
    host: `127.0.0.1:${port}`,
    url: `${ca === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    ...account,
    ca,
    tokens,
    folder: folder.join('data'),
    log: server.log,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The configuration is YAML, and JSON is YAML. */
function configuration(
  folder: TemporaryFolder,
  options: DockerRegistryOptions,
  auth: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const tls = { certificate: folder.join('cert.pem'), key: folder.join('key.pem') }
  return {
    version: '0.1',
    log: { level: 'info', formatter: 'json', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: folder.join('data') },
      delete: { enabled: options.delete ?? true },
    },
    http: { addr: '127.0.0.1:0', secret: 'test', ...(options.tls === true && { tls }) },
    ...(auth !== undefined && { auth }),
  }
}

function startTokens(options: Omit<TokenServerOptions, 'service'> = {}): Promise<TokenServer> {
  return tokenServer({ ...options, users: { ...options.users, [account.username]: account.password } })
}

async function authSection(
  folder: TemporaryFolder,
  auth: 'htpasswd' | 'token' | undefined,
  tokens: TokenServer | undefined,
): Promise<Record<string, unknown> | undefined> {
  if (auth === 'htpasswd') {
    const path = folder.join('htpasswd')
    await writeFile(path, await passwordLine())
    return { htpasswd: { realm: 'test-realm', path } }
  }
  if (tokens === undefined) return undefined
  const rootcertbundle = folder.join('tokens.pem')
  await writeFile(rootcertbundle, tokens.certificate)
  const { realm, service, issuer } = tokens
  return { token: { realm, service, issuer, rootcertbundle } }
}

/** docker-registry takes bcrypt only. */
async function passwordLine(): Promise<Uint8Array> {
  const child = spawn(programPath('htpasswd'), ['-niBC', '4', account.username], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.end(account.password)
  const [line] = await Promise.all([readAll(child.stdout), once(child, 'close')])
  return line
}

async function writeCertificate(
  folder: TemporaryFolder,
  { cert, key }: { readonly cert: string; readonly key: string },
): Promise<void> {
  await writeFile(folder.join('cert.pem'), cert)
  await writeFile(folder.join('key.pem'), key)
}

function listeningPort(line: string): number | undefined {
  const found = /listening on [^"]*:(\d+)/.exec(line)
  return found?.[1] === undefined ? undefined : Number(found[1])
}

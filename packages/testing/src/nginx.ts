import { mkdir, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { createAuthority } from './certificates.ts'
import { startChild } from './child-server.ts'
import { freePort } from './free-port.ts'
import { programPath } from './programs.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** How nginx is put before a registry. */
export interface NginxOptions {
  /** As nginx writes it, `1m`; default no limit. */
  readonly clientMaxBodySize?: string
  /** Pass bodies on as they come; default false (nginx buffers). */
  readonly unbuffered?: boolean
  readonly tls?: boolean
  /** Lines put into the `location` block. */
  readonly extra?: readonly string[]
}

/** nginx in front of a registry. */
export interface Nginx extends AsyncDisposable {
  readonly host: string
  readonly url: string
  readonly port: number
  readonly ca: string | undefined
  close(): Promise<void>
}

/** Starts nginx as a proxy for `upstream` (`http://127.0.0.1:5000`); guard its tests with `has('nginx')`. */
export async function nginx(upstream: string, options: NginxOptions = {}): Promise<Nginx> {
  const folder = await temporaryFolder('ocish-nginx-')
  const authority = options.tls === true ? createAuthority() : undefined
  const certificate = authority?.issue(['127.0.0.1', 'localhost'])
  const port = await freePort()
  await mkdir(folder.join('temp'))
  if (certificate !== undefined) {
    await writeFile(folder.join('cert.pem'), certificate.cert)
    await writeFile(folder.join('key.pem'), certificate.key)
  }
  await writeFile(folder.join('nginx.conf'), configuration(folder.path, port, upstream, options))
  const args = ['-p', folder.path, '-c', folder.join('nginx.conf'), '-e', 'stderr']
  const { server } = await startChild(
    programPath('nginx'),
    args,
    (line) => line.includes('start worker process') || undefined,
  )
  await untilListening(port)
  const close = async (): Promise<void> => {
    await server.close()
    await folder.remove()
  }
  return {
    host: `127.0.0.1:${port}`,
    url: `${authority === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    ca: authority?.cert,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function configuration(folder: string, port: number, upstream: string, options: NginxOptions): string {
  const tls =
    options.tls === true
      ? [`ssl_certificate ${folder}/cert.pem;`, `ssl_certificate_key ${folder}/key.pem;`]
      : []
  const unbuffered = ['proxy_buffering off;', 'proxy_request_buffering off;']
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/temp/${name};`,
  )
  return [
    'daemon off;',
    // Its workers write large bodies into the folder, which is ours alone.
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    'worker_processes 1;',
    `pid ${folder}/pid;`,
    'error_log stderr notice;',
    'events { worker_connections 256; }',
    'http {',
    'access_log off;',
    ...temporary,
    'server {',
    `listen 127.0.0.1:${port}${options.tls === true ? ' ssl' : ''};`,
    ...tls,
    `client_max_body_size ${options.clientMaxBodySize ?? '0'};`,
    'location / {',
    `proxy_pass ${upstream};`,
    'proxy_set_header Host $http_host;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    'proxy_http_version 1.1;',
    ...(options.unbuffered === true ? unbuffered : []),
    ...(options.extra ?? []),
    '} } }',
  ].join('\n')
}

/** The worker answers a moment after it is said to have started. */
async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const socket = createConnection(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      socket.destroy()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await wait(20)
    }
  }
}

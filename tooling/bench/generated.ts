import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { noise } from '@ocish/testing'

const block = noise(2 ** 20)
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

export interface GeneratedOptions {
  /** MiB of the only layer of `generated/image:1`. */
  readonly layer?: number
  /** Names of `generated/tags`, and of repositories. */
  readonly names?: number
  /** Waited for before the second page of a list. */
  readonly beforeSecondPage?: () => Promise<unknown>
}

export interface Generated extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** Pages of lists that were asked for. */
  readonly pages: number
}

/** A registry that makes up what is read from it and forgets what is written to it: neither disk nor hashing is measured. */
export async function generatedRegistry(options: GeneratedOptions): Promise<Generated> {
  const registry = new Registry(options)
  const server = createServer((request, response) => {
    registry.answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get pages() {
      return registry.pages
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

class Registry {
  pages = 0
  readonly #options: GeneratedOptions
  readonly #layer: { readonly digest: string; readonly size: number }
  readonly #config = Buffer.from(
    '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
  )
  readonly #manifest: Buffer

  constructor(options: GeneratedOptions) {
    this.#options = options
    const count = options.layer ?? 0
    const hash = createHash('sha256')
    for (let at = 0; at < count; at += 1) hash.update(block)
    this.#layer = { digest: `sha256:${hash.digest('hex')}`, size: count * block.length }
    this.#manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        config: {
          mediaType: 'application/vnd.oci.image.config.v1+json',
          digest: digestOf(this.#config),
          size: this.#config.length,
        },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...this.#layer }],
      }),
    )
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead) return this.#forget(request, response, url)
    if (url.pathname === '/v2/generated/tags/tags/list') return this.#list(response, url, 'tags')
    if (url.pathname === '/v2/_catalog') return this.#list(response, url, 'repositories')
    if (!url.pathname.startsWith('/v2/generated/')) return void response.writeHead(404).end()
    if (url.pathname.includes('/manifests/')) return send(request, response, this.#manifest, manifestType)
    if (url.pathname.endsWith(this.#layer.digest)) return this.#content(request, response)
    return send(request, response, this.#config, 'application/octet-stream')
  }

  async #content(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-length': this.#layer.size })
    for (let left = request.method === 'GET' ? this.#layer.size : 0; left > 0; left -= block.length)
      if (!response.write(block)) await once(response, 'drain')
    response.end()
  }

  async #forget(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    for await (const _ of request) continue
    const location = url.pathname.endsWith('/uploads/') ? `${url.pathname}session` : url.pathname
    response.writeHead(request.method === 'PUT' ? 201 : 202, { location, 'content-length': 0 }).end()
  }

  async #list(response: ServerResponse, url: URL, field: 'tags' | 'repositories'): Promise<void> {
    this.pages += 1
    const names = this.#options.names ?? 0
    const size = Number(url.searchParams.get('n') ?? 1000)
    const from = Number(url.searchParams.get('last')?.slice(1) ?? -1) + 1
    if (from > 0) await this.#options.beforeSecondPage?.()
    const page = Array.from({ length: Math.min(size, names - from) }, (_, at) => nameOf(from + at))
    const next = `<${url.pathname}?n=${size}&last=${page.at(-1)}>; rel="next"`
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(from + size < names && { link: next }),
    })
    response.end(JSON.stringify({ name: 'generated/tags', [field]: page }))
  }
}

function nameOf(number: number): string {
  return `t${String(number).padStart(8, '0')}`
}

function send(request: IncomingMessage, response: ServerResponse, bytes: Buffer, type: string): void {
  const headers = {
    'content-type': type,
    'content-length': bytes.length,
    'docker-content-digest': digestOf(bytes),
  }
  response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : bytes)
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

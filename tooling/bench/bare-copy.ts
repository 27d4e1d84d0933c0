import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, renameSync, writevSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'

// The least that Node needs for a copy of many small blobs: `node bare-copy.ts FROM TO SOCKETS`, each end `HOST/REPOSITORY:1` or
// (the target) `oci:FOLDER:1`. Bytes are hashed, nothing is asked for first, taken up again, locked or synced.

const [from = '', to = '', sockets = '8'] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: Number(sockets) })
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

interface Answer {
  readonly parts: readonly Buffer[]
  readonly digest: string
  readonly location: string
}

function ask(method: string, url: string, type: string, body: readonly Buffer[] = []): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const length = body.reduce((sum, part) => sum + part.length, 0)
  const headers = { accept: type, 'content-type': type, 'content-length': length }
  const sent = request(url, { method, agent, headers }, (answer: IncomingMessage) => {
    const hash = createHash('sha256')
    const parts: Buffer[] = []
    answer.on('data', (part: Buffer) => {
      hash.update(part)
      parts.push(part)
    })
    answer.on('end', () => {
      if ((answer.statusCode ?? 500) >= 300) reject(new Error(`${method} ${url}: ${answer.statusCode}`))
      else resolve({ parts, digest: `sha256:${hash.digest('hex')}`, location: answer.headers.location ?? '' })
    })
  })
  sent.on('error', reject)
  for (const part of body) sent.write(part)
  sent.end()
  return promise
}

function remote(place: string): string {
  return `http://${place.replace('/', '/v2/').replace(/:1$/, '')}`
}

async function toLayout(folder: string): Promise<(digest: string) => Promise<void>> {
  const blobs = join(folder, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  return async (digest) => {
    const { parts } = await blob(digest)
    const path = join(blobs, digest.slice('sha256:'.length))
    const file = openSync(`${path}.part`, 'wx')
    writevSync(file, parts)
    closeSync(file)
    renameSync(`${path}.part`, path)
  }
}

async function toRegistry(digest: string): Promise<void> {
  const type = 'application/octet-stream'
  const [{ parts }, { location }] = await Promise.all([
    blob(digest),
    ask('POST', `${remote(to)}/blobs/uploads/`, type),
  ])
  await ask('PUT', `${location}&digest=${digest}`, type, parts)
}

async function blob(digest: string): Promise<Answer> {
  const answer = await ask('GET', `${remote(from)}/blobs/${digest}`, '*/*')
  if (answer.digest !== digest) throw new Error(`${answer.digest} came for ${digest}`)
  return answer
}

const { parts } = await ask('GET', `${remote(from)}/manifests/1`, manifestType)
const { config, layers } = JSON.parse(Buffer.concat(parts).toString()) as {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}
const move = to.startsWith('oci:') ? await toLayout(to.slice('oci:'.length).replace(/:1$/, '')) : toRegistry
await Promise.all([config, ...layers].map(({ digest }) => move(digest)))
if (!to.startsWith('oci:')) await ask('PUT', `${remote(to)}/manifests/1`, manifestType, parts)
agent.destroy()

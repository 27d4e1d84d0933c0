import { createCipheriv, createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

const block = 2 ** 20

/** Bytes that do not compress, the same for the same seed. */
async function* noise(seed: number, size: number): AsyncGenerator<Buffer> {
  const cipher = createCipheriv(
    'aes-128-ctr',
    createHash('md5').update(String(seed)).digest(),
    Buffer.alloc(16),
  )
  const zeros = Buffer.alloc(block)
  for (let left = size; left > 0; left -= block) yield cipher.update(zeros.subarray(0, Math.min(left, block)))
}

interface Layer {
  readonly digest: string
  readonly diffId: string
  readonly size: number
}

/** A gzip layer whose content is stored, not compressed: valid for every client, and as fast to read as to write. */
async function writeLayer(blobs: string, seed: number, size: number): Promise<Layer> {
  const diff = createHash('sha256')
  const packed = createHash('sha256')
  let bytes = 0
  const temporary = join(blobs, `layer-${seed}`)
  await pipeline(
    Readable.from(noise(seed, size)),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        diff.update(chunk)
        yield chunk
      }
    },
    createGzip({ level: 0 }),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        packed.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    },
    createWriteStream(temporary),
  )
  const digest = packed.digest('hex')
  await rename(temporary, join(blobs, digest))
  return { digest: `sha256:${digest}`, diffId: `sha256:${diff.digest('hex')}`, size: bytes }
}

async function writeJson(
  blobs: string,
  value: unknown,
): Promise<{ readonly digest: string; readonly size: number }> {
  const bytes = Buffer.from(JSON.stringify(value))
  const hex = createHash('sha256').update(bytes).digest('hex')
  await writeFile(join(blobs, hex), bytes)
  return { digest: `sha256:${hex}`, size: bytes.length }
}

/** An OCI layout with one image `:1` of `layers` layers of `size` bytes each; `seed` makes images differ. */
export async function writeImage(folder: string, layers: number, size: number, seed: number): Promise<void> {
  const blobs = join(folder, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const written: Layer[] = []
  for (let index = 0; index < layers; index += 1)
    written.push(await writeLayer(blobs, seed * 1000 + index, size))
  const config = await writeJson(blobs, {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: written.map(({ diffId }) => diffId) },
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = await writeJson(blobs, {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: written.map((layer) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: layer.digest,
      size: layer.size,
    })),
  })
  const annotations = { 'org.opencontainers.image.ref.name': '1' }
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, ...manifest, annotations }] }),
  )
}

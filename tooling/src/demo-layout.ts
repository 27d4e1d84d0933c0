import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

type Strings = Readonly<Record<string, string>>

/** An image of one layer; times are fixed, so that a digest is the same everywhere. */
export interface DemoImage {
  readonly architecture: string
  /** Text by path; a path with `/` at its end is a folder, a text `→ TARGET` a symbolic link. */
  readonly files: Strings
  readonly labels?: Strings
  readonly annotations?: Strings
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const created = '2026-11-01T12:00:00Z'
const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
}

/** Writes an OCI layout whose tag `1` is the image, or an index of the images where there are several. */
export async function writeDemoLayout(folder: string, images: readonly DemoImage[]): Promise<void> {
  const blobs = join(folder, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (mediaType: string, content: Buffer | object): Promise<Descriptor> => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const hex = sha256(bytes)
    await writeFile(join(blobs, hex), bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const manifests = []
  for (const { architecture, files, labels = {}, annotations = {} } of images) {
    const platform = { os: 'linux', architecture }
    const tar = tarOf(files)
    const config = await put(types.config, {
      ...platform,
      created,
      config: { Labels: labels, Entrypoint: ['/usr/bin/hello'], Env: ['PATH=/usr/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
      history: [{ created, created_by: 'the demo of ocish' }],
    })
    const layer = await put(types.layer, gzipSync(tar))
    const manifest = { schemaVersion: 2, mediaType: types.manifest, config, layers: [layer], annotations }
    manifests.push({ ...(await put(types.manifest, manifest)), platform })
  }
  const [first] = manifests
  const root =
    manifests.length === 1
      ? first
      : await put(types.index, { schemaVersion: 2, mediaType: types.index, manifests })
  const annotations = { 'org.opencontainers.image.ref.name': '1' }
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...root, annotations }] }),
  )
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A ustar archive of short names. */
function tarOf(files: Strings): Buffer {
  const parts: Buffer[] = []
  for (const [path, text] of Object.entries(files)) {
    const target = /^→ (.*)$/.exec(text)?.[1]
    const isFolder = path.endsWith('/')
    const data = isFolder || target !== undefined ? Buffer.alloc(0) : Buffer.from(text)
    parts.push(header(path, data.length, isFolder ? '5' : target === undefined ? '0' : '2', target ?? ''))
    parts.push(data, Buffer.alloc((512 - (data.length % 512)) % 512))
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

function header(path: string, size: number, type: '0' | '2' | '5', target: string): Buffer {
  const block = Buffer.alloc(512)
  const octal = (value: number, at: number, width: number): void => {
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at)
  }
  block.write(path, 0)
  octal(0o755, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(Date.parse(created) / 1000, 136, 12)
  block.fill(' ', 148, 156)
  block.write(type, 156)
  block.write(target, 157)
  block.write('ustar\u000000', 257)
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return block
}

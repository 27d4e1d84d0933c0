import type { FileHandle } from 'node:fs/promises'
import {
  type Bytes,
  type CallOptions,
  type Descriptor,
  OcishError,
  parseDigest,
  type Registry,
  type Upload,
} from '@ocish/core'

/** A chunked upload into a registry that takes whole blobs only: the chunks wait in a temporary file. */
export class SpooledUpload implements Upload {
  readonly id = ''
  readonly #registry: Registry
  readonly #repository: string
  readonly #folder: string
  readonly #file: FileHandle
  #offset = 0
  #open = true

  private constructor(registry: Registry, repository: string, folder: string, file: FileHandle) {
    this.#registry = registry
    this.#repository = repository
    this.#folder = folder
    this.#file = file
  }

  static async create(registry: Registry, repository: string): Promise<SpooledUpload> {
    const [{ mkdtemp, open }, { tmpdir }, path] = await Promise.all([
      import('node:fs/promises'),
      import('node:os'),
      import('node:path'),
    ])
    const folder = await mkdtemp(path.join(tmpdir(), 'ocish-upload-'))
    const file = await open(path.join(folder, 'blob'), 'wx+', 0o600)
    return new SpooledUpload(registry, repository, folder, file)
  }

  get offset(): number {
    return this.#offset
  }

  async write(chunk: Uint8Array | Bytes, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#mustBeOpen()
    if (chunk instanceof Uint8Array) await this.#append(chunk)
    else for await (const part of chunk) await this.#append(part)
  }

  async commit(digest: string, options?: CallOptions): Promise<Descriptor> {
    this.#mustBeOpen()
    parseDigest(digest)
    const file = this.#file
    const size = this.#offset
    try {
      return await this.#registry.pushBlob(
        this.#repository,
        { digest, size },
        () => readFrom(file, size),
        options,
      )
    } finally {
      await this.cancel()
    }
  }

  async cancel(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    await this.#file.close()
    const { rm } = await import('node:fs/promises')
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.#offset)
      at += bytesWritten
      this.#offset += bytesWritten
    }
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new OcishError('UPLOAD_NOT_FOUND', 'the upload has ended')
  }
}

async function* readFrom(file: FileHandle, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const chunkSize = 256 * 1024
  for (let position = 0; position < size;) {
    const chunk = new Uint8Array(Math.min(chunkSize, size - position))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}

import { promises as fs } from 'node:fs'
import { collect, type OpenBytes, OcishError, type Part, type Written } from '@ocish/sdk'
import { createMeasuring, type Measure } from './measure.ts'
import { temporaryName } from './private-file.ts'
import { spooledPath, spoolFile } from './spool-file.ts'

/** A part whose digest and size are known, ready to be sent as often as it takes. */
export interface PreparedPart {
  readonly written: Written
  readonly open: OpenBytes
  /** Where its bytes lie as a file of our own. */
  readonly file?: string
}

/** How a part is measured before it is sent. */
export interface PrepareOptions {
  /** Also measure the uncompressed bytes. */
  readonly withDiffId: boolean
  readonly signal: AbortSignal
  /** A private folder for what is generated and too large for memory; removed by its owner. */
  readonly spoolFolder: () => Promise<string>
}

/** Bytes of a part that are kept in memory rather than read or made twice. */
const memoryLimit: number = 1024 * 1024

const inlineLimit = 1024 * 1024

/**
 * Learns what a manifest must say of a part. What is told (digest and size) is taken as it is and verified when it is
 * sent; a part of known size is read once more later; a generated one is kept, in memory or in a spool file.
 * Errors: KIND_INPUT_INVALID, SIZE_MISMATCH, and what opening the part throws.
 */
export async function preparePart(part: Part, options: PrepareOptions): Promise<PreparedPart> {
  const { digest, size } = part
  const told = digest !== undefined && size !== undefined
  if (told && !options.withDiffId && !part.inline)
    return prepared(describe(part, { digest, size, diffId: digest }), part.open)
  const content = await readThrough(part, options)
  if (told && (content.digest !== digest || content.size !== size))
    throw new OcishError('DIGEST_MISMATCH', `a part of type ${part.mediaType} is not what was said of it`)
  const written = describe(part, content)
  if (!part.inline) return prepared(written, content.open)
  return { written: { ...written, data: await inlineData(content, part) }, open: content.open }
}

function prepared(written: Written, open: OpenBytes): PreparedPart {
  const file = spooledPath(open)
  return file === undefined ? { written, open } : { written, open, file }
}

interface Measured extends Measure {
  readonly open: OpenBytes
}

async function readThrough(part: Part, options: PrepareOptions): Promise<Measured> {
  const measuring = createMeasuring(part.mediaType, options.withDiffId && part.diffId === undefined)
  const keep = part.size === undefined || part.size <= memoryLimit
  const keeper = new Keeper(options.spoolFolder)
  try {
    for await (const chunk of measuring.pass(part.open())) {
      options.signal.throwIfAborted()
      if (keep) await keeper.add(chunk)
    }
  } finally {
    await keeper.end()
  }
  const measured = await measuring.result()
  const result = part.diffId === undefined ? measured : { ...measured, diffId: part.diffId() }
  if (part.size !== undefined && part.size !== result.size)
    throw new OcishError(
      'SIZE_MISMATCH',
      `a part has ${result.size} bytes instead of ${part.size}: it changed while it was read`,
    )
  return { ...result, open: keep ? keeper.open : part.open }
}

/** Keeps bytes in memory up to the limit, all of them in a file beyond it. */
class Keeper {
  readonly #spoolFolder: () => Promise<string>
  #chunks: Uint8Array[] = []
  /** Bytes of the chunks. */
  #held = 0
  #writing: Promise<void> | undefined
  #path: string | undefined
  #file: fs.FileHandle | undefined

  constructor(spoolFolder: () => Promise<string>) {
    this.#spoolFolder = spoolFolder
  }

  /** What was kept, once it has ended. */
  get open(): OpenBytes {
    return this.#path === undefined ? () => this.#copies() : spoolFile(this.#path)
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.#held += chunk.length
    this.#chunks.push(chunk)
    if (this.#held <= memoryLimit) return
    this.#path ??= temporaryName(`${await this.#spoolFolder()}/spool`)
    this.#file ??= await fs.open(this.#path, 'wx', 0o600)
    await this.#flush(this.#file)
  }

  async end(): Promise<void> {
    try {
      if (this.#file !== undefined) await this.#flush(this.#file)
      await this.#writing
    } finally {
      await this.#file?.close()
    }
  }

  /** Begins to write what is held, once what was begun before has been written. */
  async #flush(file: fs.FileHandle): Promise<void> {
    await this.#writing
    const chunks = this.#chunks.splice(0)
    this.#held = 0
    this.#writing = writeChunks(file, chunks)
    // It is awaited by the next one.
    this.#writing.catch(() => undefined)
  }

  async *#copies(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const chunk of this.#chunks) yield chunk.slice()
  }
}

/** All of them in as few calls as it takes. */
async function writeChunks(file: fs.FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const { bytesWritten } = await file.writev(chunks)
  if (bytesWritten < total) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten))
}

function describe(part: Part, measure: Measure): Written {
  return {
    mediaType: part.mediaType,
    digest: measure.digest,
    size: measure.size,
    diffId: measure.diffId,
    ...(part.annotations && { annotations: part.annotations }),
    ...(part.platform && { platform: part.platform }),
  }
}

async function inlineData(content: Measured, part: Part): Promise<string> {
  if (content.size > inlineLimit)
    throw new OcishError(
      'LIMIT_EXCEEDED',
      `a part of type ${part.mediaType} is too large to be put into the manifest`,
    )
  const what = `a part of type ${part.mediaType}`
  return Buffer.from(await collect(content.open(), { limit: inlineLimit, what })).toString('base64')
}

import { promises as fs } from 'node:fs'
import { type Bytes, type OpenBytes, OcishError, type Part, type Written } from '@ocish/sdk'
import { createMeasuring, type Measure } from './measure.ts'
import { temporaryName } from './private-file.ts'

/** A part whose digest and size are known, ready to be sent as often as it takes. */
export interface PreparedPart {
  readonly written: Written
  readonly open: OpenBytes
  /** Where its bytes lie as a file of our own. */
  readonly file?: string
}

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
    return { written: describe(part, { digest, size, diffId: digest }), open: part.open }
  const content = await readThrough(part, options)
  if (told && (content.digest !== digest || content.size !== size))
    throw new OcishError('DIGEST_MISMATCH', `a part of type ${part.mediaType} is not what was said of it`)
  const written = describe(part, content)
  if (!part.inline)
    return { written, open: content.open, ...(content.file !== undefined && { file: content.file }) }
  return { written: { ...written, data: await inlineData(content, part) }, open: content.open }
}

interface Measured extends Measure {
  readonly open: OpenBytes
  readonly file: string | undefined
}

async function readThrough(part: Part, options: PrepareOptions): Promise<Measured> {
  const measuring = createMeasuring(part.mediaType, options.withDiffId)
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
  const result = await measuring.result()
  if (part.size !== undefined && part.size !== result.size)
    throw new OcishError(
      'SIZE_MISMATCH',
      `a part has ${result.size} bytes instead of ${part.size}: it changed while it was read`,
    )
  return { ...result, open: keep ? () => keeper.open() : part.open, file: keeper.file }
}

/** Keeps bytes in memory up to the limit, all of them in a file beyond it. */
class Keeper {
  readonly #spoolFolder: () => Promise<string>
  #chunks: Uint8Array[] = []
  #size = 0
  #path: string | undefined
  #file: fs.FileHandle | undefined

  constructor(spoolFolder: () => Promise<string>) {
    this.#spoolFolder = spoolFolder
  }

  get file(): string | undefined {
    return this.#path
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.#size += chunk.length
    this.#chunks.push(chunk)
    if (this.#file === undefined && this.#size <= memoryLimit) return
    this.#path ??= temporaryName(`${await this.#spoolFolder()}/spool`)
    this.#file ??= await fs.open(this.#path, 'wx', 0o600)
    for (const kept of this.#chunks.splice(0)) {
      // In order, into one file.
      // oxlint-disable-next-line no-await-in-loop
      await this.#file.appendFile(kept)
    }
  }

  async end(): Promise<void> {
    await this.#file?.close()
  }

  async *open(): Bytes & AsyncGenerator<Uint8Array> {
    if (this.#path === undefined) {
      for (const chunk of this.#chunks) yield chunk.slice()
      return
    }
    const file = await fs.open(this.#path, 'r')
    yield* file.createReadStream({ highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>
  }
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
  const chunks: Uint8Array[] = []
  for await (const chunk of content.open()) chunks.push(chunk)
  return Buffer.concat(chunks).toString('base64')
}

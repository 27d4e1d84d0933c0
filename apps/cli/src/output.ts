import { OcishError } from '@ocish/sdk'

/** Characters or bytes that are gathered before they are written. */
const gathered = 64 * 1024

/**
 * A standard stream with back-pressure. Small writes are gathered until the program waits for something else, so that
 * rows of a long stream appear at once and a million of them are few writes.
 */
export class Output {
  readonly #stream: NodeJS.WriteStream
  #pending: (string | Uint8Array)[] = []
  #size = 0
  #soon: NodeJS.Immediate | undefined
  #writing: Promise<void> = Promise.resolve()
  #broken: OcishError | undefined

  /** `onBroken` hears that the reader is gone: the one thing that stops a producer that waits. */
  constructor(stream: NodeJS.WriteStream, onBroken: (error: OcishError) => void) {
    this.#stream = stream
    stream.on('error', (cause: NodeJS.ErrnoException) => {
      this.#broken ??= brokenBy(cause)
      onBroken(this.#broken)
    })
  }

  /** Errors: BROKEN_PIPE (the reader is gone), FILE_FAILED (a full disk). */
  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken
    this.#pending.push(chunk)
    this.#size += chunk.length
    if (this.#size >= gathered) await this.flush()
    else this.#soon ??= setImmediate(() => void this.flush().catch(() => undefined))
  }

  /** Resolves when everything was taken. Errors: as `write`. */
  async flush(): Promise<void> {
    clearImmediate(this.#soon)
    this.#soon = undefined
    const chunks = this.#pending
    this.#pending = []
    this.#size = 0
    if (chunks.length > 0) this.#writing = this.#writing.then(() => this.#send(joined(chunks)))
    await this.#writing
  }

  #send(data: string | Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (this.#broken !== undefined) reject(this.#broken)
    else {
      this.#stream.write(data, (cause) => {
        if (cause == null) resolve()
        else reject((this.#broken ??= brokenBy(cause)))
      })
    }
    return promise
  }
}

function joined(chunks: readonly (string | Uint8Array)[]): string | Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  if (chunks.every((chunk) => typeof chunk === 'string')) return chunks.join('')
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)))
}

function brokenBy(cause: NodeJS.ErrnoException): OcishError {
  const gone = cause.code === 'EPIPE' || cause.code === 'ECONNRESET' || cause.code === 'ERR_STREAM_DESTROYED'
  return gone
    ? new OcishError('BROKEN_PIPE', 'the reader of the output is gone', { cause })
    : new OcishError('FILE_FAILED', 'cannot write the output', { cause })
}

import { createReadStream, promises as fs } from 'node:fs'
import { join } from 'node:path'
import type { Access, Opened } from '@ocish/commands'
import { type CallOptions, ForwardingRegistry, type Registry } from '@ocish/core'
import { type Bytes, isOcishError, OcishError, type StdioLocation } from '@ocish/sdk'
import type { OpenedFile } from './holdings.ts'

/** What the location `-` reads and writes. */
export interface StandardArchiveOptions {
  /** Standard input; absent: there is none. */
  readonly input: (() => Bytes) | undefined
  /** Standard output; absent: there is none. */
  readonly output: ((bytes: Bytes) => Promise<void>) | undefined
  /** A private folder for the archive; removed by its owner. */
  readonly folder: () => Promise<string>
  readonly open: (path: string, access: Access) => Promise<OpenedFile>
}

/**
 * The location `-`: an oci-archive or docker-archive on standard input, an oci-archive on standard output. Both lie in the
 * spool while they are read and written, since names in an archive come before bytes whose digest nobody knows yet.
 */
export class StandardArchive {
  readonly #options: StandardArchiveOptions
  #input: Promise<OpenedFile> | undefined
  #output: Promise<OpenedFile> | undefined
  /** Somebody reads `written`. */
  #isClaimed = false
  #isCommitted = false

  constructor(options: StandardArchiveOptions) {
    this.#options = options
  }

  /** Errors: LOCATION_UNSUPPORTED (no such stream), ARCHIVE_INVALID, those of the stream. */
  async open(location: StdioLocation, access: Access): Promise<Opened> {
    const isRead = access === 'read' || access === 'check'
    const file = await (isRead ? (this.#input ??= this.#openInput()) : (this.#output ??= this.#openOutput()))
    return { ...file, location, display: '-' }
  }

  /** What was committed, if anything; from now on it does not go to standard output by itself. */
  written(): Bytes {
    this.#isClaimed = true
    return this.#committed()
  }

  async *#committed(): Bytes & AsyncGenerator<Uint8Array> {
    if (!this.#isCommitted) return
    const path = await this.#outputPath()
    yield* createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>
  }

  async #outputPath(): Promise<string> {
    return join(await this.#options.folder(), 'standard-output.tar')
  }

  async #openInput(): Promise<OpenedFile> {
    const { input, folder, open } = this.#options
    if (input === undefined) throw noStream('input')
    const path = join(await folder(), 'standard-input.tar')
    await fs.writeFile(path, input(), { flag: 'wx', mode: 0o600 })
    try {
      return await open(path, 'read')
    } catch (error) {
      // What was typed is a dash, not the place where its bytes lie.
      if (!isOcishError(error)) throw error
      throw new OcishError(error.code, error.message.replaceAll(path, 'standard input'), {
        cause: error,
        exit: error.exit,
        ...(error.hint !== undefined && { hint: error.hint }),
      })
    }
  }

  async #openOutput(): Promise<OpenedFile> {
    const { output, open } = this.#options
    if (output === undefined && !this.#isClaimed) throw noStream('output')
    const { registry, repository } = await open(await this.#outputPath(), 'write')
    const onCommit = async (): Promise<void> => {
      this.#isCommitted = true
      if (!this.#isClaimed) await output?.(this.#committed())
    }
    return { registry: new Announced(registry, onCommit), repository }
  }
}

function noStream(name: string): OcishError {
  return new OcishError('LOCATION_UNSUPPORTED', `there is no standard ${name} here`, {
    hint: 'Name a file with tar:FILE.',
  })
}

/** A registry whose commit is told. */
class Announced extends ForwardingRegistry {
  readonly #onCommit: () => Promise<void>

  constructor(inner: Registry, onCommit: () => Promise<void>) {
    super(inner)
    this.#onCommit = onCommit
  }

  override async commit(options?: CallOptions): Promise<void> {
    await this.inner.commit(options)
    await this.#onCommit()
  }
}

import { createHash, hash, randomUUID } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createDeflateRaw, deflateRawSync } from 'node:zlib'
import { OcishError, type Bytes, type Target } from '@ocish/sdk'
import { encodeArchiveHeader, encodeHashedHeader, type ContentHeader } from './content-header.ts'
import { linkType, regularType } from './dirtree.ts'
import { objectPath } from './object-path.ts'
import { isRefName } from './refs.ts'
import { encodeXattrs, type Xattrs } from './xattrs.ts'

/** What is known of a file or link before its bytes. */
export interface NewContent {
  readonly type: 'file' | 'link'
  readonly uid: number
  readonly gid: number
  /** Permission bits; a link has 0777 whatever is said here. */
  readonly mode: number
  readonly xattrs: Xattrs
  /** As they were hashed before, where that is known: an `a(ayay)`. */
  readonly rawXattrs?: Uint8Array
  /** Bytes; 0 for a link. */
  readonly size: number
  readonly target?: string
  readonly open: () => Bytes
}

/** Writes a new repository of mode `archive` into a target. Equal objects are written once. */
export interface RepoWriter {
  /** The checksum of what was written. Errors: SIZE_MISMATCH, those of the target. */
  content(content: NewContent): Promise<string>
  /** The checksum of a metadata object. */
  metadata(kind: 'commit' | 'dirtree' | 'dirmeta', bytes: Uint8Array): Promise<string>
  detached(commit: string, bytes: Uint8Array): Promise<void>
  /** Names a commit, as the last step. Errors: OSTREE_REF_NOT_FOUND for a name that is none. */
  ref(name: string, commit: string): Promise<void>
}

/** Contents up to this size are hashed before they are written; larger ones are named when they are there. */
const small = 256 * 1024

const folders = ['objects', 'refs/heads', 'refs/mirrors', 'refs/remotes', 'state', 'extensions', 'tmp/cache']

/** Begins a repository: its folders and `config`. `has`: objects that are there already and need no writing. */
export async function createRepo(
  target: Target,
  has: (path: string) => Promise<boolean> = async () => false,
): Promise<RepoWriter> {
  if (!(await has('config'))) {
    for (const folder of folders) await target.folder(folder)
    await target.write('config', only(Buffer.from('[core]\nrepo_version=1\nmode=archive-z2\n')))
  }
  return new ArchiveWriter(target, has)
}

class ArchiveWriter implements RepoWriter {
  readonly #target: Target
  readonly #has: (path: string) => Promise<boolean>
  readonly #written = new Set<string>()

  constructor(target: Target, has: (path: string) => Promise<boolean>) {
    this.#target = target
    this.#has = has
  }

  async content(content: NewContent): Promise<string> {
    const isLink = content.type === 'link'
    const header: ContentHeader = {
      uid: content.uid,
      gid: content.gid,
      mode: isLink ? linkType | 0o777 : regularType | (content.mode & 0o7777),
      target: isLink ? (content.target ?? '') : '',
      xattrs: content.rawXattrs ?? encodeXattrs(content.xattrs),
    }
    if (isLink) return this.#small(header, Buffer.alloc(0), false)
    if (content.size > small && this.#target.move !== undefined) return this.#large(header, content)
    const chunks: Uint8Array[] = []
    for await (const chunk of content.open()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (bytes.length !== content.size) throw changed(content.size, bytes.length)
    return this.#small(header, bytes, true)
  }

  async metadata(kind: 'commit' | 'dirtree' | 'dirmeta', bytes: Uint8Array): Promise<string> {
    const checksum = hash('sha256', bytes, 'hex')
    await this.#write(objectPath(checksum, kind), () => only(bytes))
    return checksum
  }

  async detached(commit: string, bytes: Uint8Array): Promise<void> {
    await this.#write(objectPath(commit, 'commitmeta'), () => only(bytes))
  }

  async ref(name: string, commit: string): Promise<void> {
    if (!isRefName(name))
      throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(name)} is no name of a ref`)
    await this.#target.write(`refs/heads/${name}`, only(Buffer.from(`${commit}\n`)))
  }

  async #small(header: ContentHeader, bytes: Buffer, hasBody: boolean): Promise<string> {
    const checksum = createHash('sha256').update(encodeHashedHeader(header)).update(bytes).digest('hex')
    await this.#write(objectPath(checksum, 'filez'), async function* () {
      yield encodeArchiveHeader(header, bytes.length)
      if (hasBody) yield deflateRawSync(bytes)
    })
    return checksum
  }

  async #large(header: ContentHeader, content: NewContent): Promise<string> {
    const sum = createHash('sha256').update(encodeHashedHeader(header))
    const temporary = `tmp/object-${randomUUID()}`
    await this.#target.write(
      temporary,
      deflated(header, content, (chunk) => void sum.update(chunk)),
    )
    const checksum = sum.digest('hex')
    const path = objectPath(checksum, 'filez')
    if (await this.#isThere(path)) await this.#target.remove?.(temporary)
    else await this.#target.move?.(temporary, path)
    this.#written.add(path)
    return checksum
  }

  async #write(path: string, open: () => Bytes): Promise<void> {
    if (await this.#isThere(path)) return
    await this.#target.write(path, open())
    this.#written.add(path)
  }

  async #isThere(path: string): Promise<boolean> {
    return this.#written.has(path) || this.#has(path)
  }
}

async function* deflated(
  header: ContentHeader,
  content: NewContent,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  yield encodeArchiveHeader(header, content.size)
  let size = 0
  const seen = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of content.open()) {
      size += chunk.length
      see(chunk)
      yield chunk
    }
  }
  const deflater = createDeflateRaw({ chunkSize: 128 * 1024 })
  // Errors of either end arrive at the iteration below.
  pipeline(Readable.from(seen(), { objectMode: false }), deflater, () => {})
  try {
    yield* deflater as AsyncIterable<Buffer>
  } finally {
    deflater.destroy()
  }
  if (size !== content.size) throw changed(content.size, size)
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function changed(expected: number, got: number): OcishError {
  return new OcishError('SIZE_MISMATCH', `${got} bytes of content instead of ${expected}`)
}

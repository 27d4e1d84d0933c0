import { createHash, hash, randomUUID } from 'node:crypto'
import { OcishError, type Bytes, type Target } from '@ocish/sdk'
import { encodeHashedHeader, type ContentHeader } from './content-header.ts'
import { linkType, regularType } from './dirtree.ts'
import { objectPath } from './object-path.ts'
import { isRefName } from './refs.ts'
import { smallContent, storedContent, storedKind, type Stored, type WrittenMode } from './stored-content.ts'
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

/** Writes a repository of mode `archive` or `bare-user` into a target. Equal objects are written once. */
export interface RepoWriter {
  /** The checksum of what was written. Errors: SIZE_MISMATCH, those of the target. */
  content(content: NewContent): Promise<string>
  /** The checksum of a metadata object. */
  metadata(kind: 'commit' | 'dirtree' | 'dirmeta', bytes: Uint8Array): Promise<string>
  detached(commit: string, bytes: Uint8Array): Promise<void>
  /** Names a commit, as the last step. Errors: OSTREE_REF_NOT_FOUND for a name that is none. */
  ref(name: string, commit: string): Promise<void>
}

const folders = ['objects', 'refs/heads', 'refs/mirrors', 'refs/remotes', 'state', 'extensions', 'tmp/cache']

/**
 * Begins a repository: its folders and `config`. `has`: objects that are there already and need no writing. Mode
 * `bare-user` needs a target that takes attributes. Errors: UNSUPPORTED.
 */
export async function createRepo(
  target: Target,
  has: (path: string) => Promise<boolean> = async () => false,
  mode: WrittenMode = 'archive',
): Promise<RepoWriter> {
  if (mode === 'bare-user' && target.takesXattrs !== true)
    throw new OcishError('UNSUPPORTED', 'a repository of mode bare-user needs extended attributes', {
      hint: 'Use mode archive.',
    })
  if (!(await has('config'))) {
    const written = mode === 'archive' ? 'archive-z2' : mode
    for (const folder of folders) await target.folder(folder)
    await target.write('config', only(Buffer.from(`[core]\nrepo_version=1\nmode=${written}\n`)))
  }
  return new ObjectWriter(target, has, mode)
}

class ObjectWriter implements RepoWriter {
  readonly #target: Target
  readonly #has: (path: string) => Promise<boolean>
  readonly #mode: WrittenMode
  readonly #written = new Set<string>()

  constructor(target: Target, has: (path: string) => Promise<boolean>, mode: WrittenMode) {
    this.#target = target
    this.#has = has
    this.#mode = mode
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
    if (isLink) return this.#small(header, Buffer.alloc(0))
    if (content.size > smallContent && this.#target.move !== undefined) return this.#large(header, content)
    const chunks: Uint8Array[] = []
    for await (const chunk of counted(content)) chunks.push(chunk)
    return this.#small(header, Buffer.concat(chunks))
  }

  async metadata(kind: 'commit' | 'dirtree' | 'dirmeta', bytes: Uint8Array): Promise<string> {
    const checksum = hash('sha256', bytes, 'hex')
    await this.#write(objectPath(checksum, kind), () => ({ bytes: only(bytes) }))
    return checksum
  }

  async detached(commit: string, bytes: Uint8Array): Promise<void> {
    await this.#write(objectPath(commit, 'commitmeta'), () => ({ bytes: only(bytes) }))
  }

  async ref(name: string, commit: string): Promise<void> {
    if (!isRefName(name))
      throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(name)} is no name of a ref`)
    await this.#target.write(`refs/heads/${name}`, only(Buffer.from(`${commit}\n`)))
  }

  async #small(header: ContentHeader, bytes: Buffer): Promise<string> {
    const checksum = createHash('sha256').update(encodeHashedHeader(header)).update(bytes).digest('hex')
    const path = objectPath(checksum, storedKind[this.#mode])
    await this.#write(path, () => storedContent(this.#mode, header, bytes.length, () => only(bytes)))
    return checksum
  }

  /** Its name is known when its bytes have passed. */
  async #large(header: ContentHeader, content: NewContent): Promise<string> {
    const sum = createHash('sha256').update(encodeHashedHeader(header))
    const temporary = `tmp/object-${randomUUID()}`
    const open = (): Bytes => counted(content, (chunk) => void sum.update(chunk))
    const stored = storedContent(this.#mode, header, content.size, open)
    await this.#target.write(temporary, stored.bytes, stored)
    const checksum = sum.digest('hex')
    const path = objectPath(checksum, storedKind[this.#mode])
    if (await this.#isThere(path)) await this.#target.remove?.(temporary)
    else await this.#target.move?.(temporary, path)
    this.#written.add(path)
    return checksum
  }

  async #write(path: string, make: () => Stored): Promise<void> {
    if (await this.#isThere(path)) return
    const stored = make()
    await this.#target.write(path, stored.bytes, stored)
    this.#written.add(path)
  }

  async #isThere(path: string): Promise<boolean> {
    return this.#written.has(path) || this.#has(path)
  }
}

async function* counted(
  content: NewContent,
  see: (chunk: Uint8Array) => void = () => {},
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content.open()) {
    size += chunk.length
    see(chunk)
    yield chunk
  }
  if (size !== content.size)
    throw new OcishError('SIZE_MISMATCH', `${size} bytes of content instead of ${content.size}`)
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

import { setImmediate } from 'node:timers/promises'
import { isOcishError, type Bytes, type Target } from '@ocish/sdk'
import { decompressed } from './compression.ts'
import type { TarMember } from './entry.ts'
import { entryPath, foldedPath, unsafe } from './entry-path.ts'
import { defaultLimits, type ArchiveLimits } from './limits.ts'
import { readTar } from './read-tar.ts'

/** What `extract` writes of an archive, and what it refuses. */
export interface ExtractOptions {
  readonly limits?: Partial<ArchiveLimits>
  readonly signal?: AbortSignal
  /** False: left out. Called with the path below the root. */
  readonly include?: (path: string) => boolean
  /** Refuse two names that a case-folding or normalising file system takes for one. Default: true. */
  readonly portable?: boolean
  /** Keep permission bits (never setuid, setgid, sticky). Default: only whether the owner may execute. */
  readonly preservePermissions?: boolean
  /** Leave out links, hard links and devices instead of writing or refusing them; called once for each. */
  readonly skipSpecial?: (path: string, type: TarMember['type']) => void
}

/**
 * Milliseconds after which others have their turn: small entries that have been read are written without a wait between
 * them.
 */
const longestTurn = 10

/** What `extract` wrote. */
export interface Extracted {
  readonly entries: number
  /** Of all files. */
  readonly bytes: number
}

/**
 * Writes a tar stream (gzip and zstd are recognised) through a target, which keeps everything below its root. Links that
 * leave, hard links to anything but an extracted file, devices and duplicates are refused (T1–T5, T11, T40, T51).
 * Errors: ARCHIVE_UNSAFE, ARCHIVE_INVALID, LIMIT_EXCEEDED, and those of the target and of the source.
 */
export async function extractTar(
  bytes: Bytes,
  target: Target,
  options: ExtractOptions = {},
): Promise<Extracted> {
  const limits = { ...defaultLimits, ...options.limits }
  const extraction = new Extraction(target, options)
  const plain = decompressed(bytes, { bytes: limits.bytes, ratio: limits.ratio })
  let turn = performance.now()
  for await (const member of readTar(plain, { limits })) {
    options.signal?.throwIfAborted()
    await extraction.add(member)
    if (performance.now() - turn < longestTurn) continue
    await setImmediate()
    turn = performance.now()
  }
  return extraction.result
}

class Extraction {
  readonly #target: Target
  readonly #options: ExtractOptions
  readonly #kinds = new Map<string, TarMember['type']>()
  readonly #folded = new Map<string, string>()
  /** Folders in which others lie: all above them has been looked at. */
  readonly #parents = new Set<string>()
  #entries = 0
  #bytes = 0

  constructor(target: Target, options: ExtractOptions) {
    this.#target = target
    this.#options = options
  }

  get result(): Extracted {
    return { entries: this.#entries, bytes: this.#bytes }
  }

  async add(member: TarMember): Promise<void> {
    const path = entryPath(member.path)
    if (path === '') {
      if (member.type !== 'folder') throw unsafe(member.path, 'would replace the root')
      return
    }
    this.#claim(path, member)
    if (this.#options.include?.(path) === false) return
    if (this.#options.skipSpecial !== undefined && member.type !== 'file' && member.type !== 'folder') {
      this.#options.skipSpecial(path, member.type)
      return
    }
    try {
      await this.#write(path, member)
    } catch (error) {
      if (isOcishError(error) && error.code === 'TARGET_UNSAFE') throw unsafe(member.path, error.message)
      throw error
    }
    this.#entries += 1
    this.#bytes += member.size
  }

  /** Every path once; a folder may be named again. */
  #claim(path: string, member: TarMember): void {
    const before = this.#kinds.get(path)
    if (before !== undefined && !(before === 'folder' && member.type === 'folder')) {
      throw unsafe(member.path, 'comes twice')
    }
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (!this.#parents.has(parent)) this.#claimParents(parent, member)
    this.#claimName(path, member)
    this.#kinds.set(path, member.type)
    // What was the folder of others by their paths is none by its own.
    if (member.type !== 'folder' && this.#parents.has(path)) this.#parents.clear()
  }

  #claimParents(parent: string, member: TarMember): void {
    const parts = parent === '' ? [] : parent.split('/')
    for (let length = 1; length <= parts.length; length += 1) {
      const prefix = parts.slice(0, length).join('/')
      this.#claimName(prefix, member)
      const kind = this.#kinds.get(prefix)
      if (kind !== undefined && kind !== 'folder') {
        throw unsafe(member.path, `lies below the ${kind} ${JSON.stringify(prefix)}`)
      }
    }
    this.#parents.add(parent)
  }

  #claimName(path: string, member: TarMember): void {
    const folded = foldedPath(path)
    const other = this.#folded.get(folded)
    if (other !== undefined && other !== path && this.#options.portable !== false) {
      throw unsafe(
        member.path,
        `differs from ${JSON.stringify(other)} only in case, normal form or trailing dots`,
      )
    }
    this.#folded.set(folded, path)
  }

  async #write(path: string, member: TarMember): Promise<void> {
    switch (member.type) {
      case 'file': {
        const mode =
          this.#options.preservePermissions === true
            ? member.mode & 0o777
            : member.mode & 0o100
              ? 0o755
              : 0o644
        return this.#target.write(path, member.content, { mode })
      }
      case 'folder': {
        const mode = this.#options.preservePermissions === true ? { mode: member.mode & 0o777 } : {}
        return this.#target.folder(path, mode)
      }
      case 'link':
        return this.#target.link(path, member.target ?? '')
      case 'hardlink':
        return this.#hardlink(path, member)
      case 'fifo':
      case 'character':
      case 'block':
        throw unsafe(member.path, 'is a device or a pipe')
      default:
        return member.type satisfies never
    }
  }

  async #hardlink(path: string, member: TarMember): Promise<void> {
    const existing = entryPath(member.target ?? '')
    if (this.#kinds.get(existing) !== 'file') throw unsafe(member.path, 'is a hard link to no extracted file')
    if (this.#options.include?.(existing) === false)
      throw unsafe(member.path, 'is a hard link to a file that is left out')
    if (this.#target.hardlink === undefined)
      throw unsafe(member.path, 'is a hard link, which this target cannot hold')
    await this.#target.hardlink(path, existing)
  }
}

import type { Bytes, OpenBytes } from '@ocish/sdk'

/** What a tar entry is that is written. */
export type TarEntryType = 'file' | 'folder' | 'link' | 'hardlink' | 'fifo' | 'character' | 'block'

/** What a tar header says about one entry (POSIX pax, ustar). */
export interface TarEntry {
  /** As written in the archive, without a trailing slash; nothing is normalised. */
  readonly path: string
  readonly type: TarEntryType
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly userName?: string
  readonly groupName?: string
  /** Bytes; 0 for all but files. */
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** For links and hard links. */
  readonly target?: string
  readonly device?: { readonly major: number; readonly minor: number }
  /** Extended attributes (`SCHILY.xattr.*`). */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>
}

/** An entry while it is read. What is not consumed when the next one is asked for is skipped. */
export interface TarMember extends TarEntry {
  /** Where its content begins in the uncompressed archive. */
  readonly offset: number
  /** Iterate it once; empty for all but files. */
  readonly content: Bytes
}

/** An entry to be written; `open` must give exactly `size` bytes. */
export interface TarInput extends TarEntry {
  readonly open?: OpenBytes
}

import type { Bytes } from './bytes.ts'

/** An entry of a source folder, or of what an artifact holds. */
export interface TreeEntry {
  /** Relative, `/`-separated, without leading `./`. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'hardlink' | 'other'
  /** Bytes. */
  readonly size: number
  /** Permission bits. */
  readonly mode?: number
  readonly mediaType?: string
  readonly digest?: string
  readonly target?: string
  /** Seconds since 1970, with fractions, where the source knows it. */
  readonly mtime?: number
  /** Who owns it, where the source knows; names only where they can be told. */
  readonly owner?: {
    readonly uid: number
    readonly gid: number
    readonly user?: string
    readonly group?: string
  }
}

/** Random access to what is packed or validated: one file, or a folder. Memory in a test. */
export interface Source {
  /** `file`: `open('')` reads it; `name` is its base name. */
  readonly type: 'file' | 'folder'
  readonly name: string
  list(dir: string): AsyncIterable<TreeEntry>
  /** Errors: FILE_NOT_FOUND. */
  stat(path: string): Promise<TreeEntry>
  readlink(path: string): Promise<string>
  /** `end` exclusive. */
  open(path: string, range?: { readonly start: number; readonly end?: number }): Bytes
  /**
   * A regular file's size and its first bytes, `length` of them where it has as many, in one step: for who reads many
   * small files. A link is FILE_NOT_FOUND. Hosts to which that is no cheaper do not offer the method.
   */
  head?(path: string, length: number): Promise<{ readonly size: number; readonly bytes: Uint8Array }>
  xattrs(path: string): Promise<ReadonlyMap<string, Uint8Array>>
  /**
   * For one file: the file that lies beside it and whose name is its own with this suffix (`.prov`); undefined where there
   * is none. Hosts without it do not offer the method.
   */
  beside?(suffix: string): Promise<Source | undefined>
}

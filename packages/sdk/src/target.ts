import type { Bytes } from './bytes.ts'

/** Where `unpack` writes. Refuses paths that leave its root (TARGET_UNSAFE) and names that exist (FILE_EXISTS). */
export interface Target {
  /** `xattrs`: only where `takesXattrs`. Errors also: FILE_FAILED where the file system takes no attributes. */
  write(
    path: string,
    content: Bytes,
    options?: { readonly mode?: number; readonly xattrs?: ReadonlyMap<string, Uint8Array> },
  ): Promise<void>
  /** `write` sets extended attributes of the name space `user`. */
  readonly takesXattrs?: boolean
  folder(path: string, options?: { readonly mode?: number }): Promise<void>
  /**
   * `asData`: a link of an image's root file system, kept whatever it points to; nothing is ever written through a link.
   * Hosts grant it to kinds that come with them only.
   */
  link(path: string, target: string, options?: { readonly asData?: boolean }): Promise<void>
  /** A second name of a file that was written through this target before. Hosts without it do not offer the method. */
  hardlink?(path: string, existing: string): Promise<void>
  /** Gives a file that was written through this target its name, once that is known. Hosts without it do not offer the method. */
  move?(path: string, to: string): Promise<void>
  /** Takes back a file that was written through this target. Offered together with `move`. */
  remove?(path: string): Promise<void>
}

/** What a location text says, before anything is opened (architecture.md, Locations). `inner`: the part after `//`. */
export type Location =
  | RegistryLocation
  | FileLocation
  | CacheLocation
  | PathLocation
  | StdioLocation
  | KindLocation

/** A registry, a namespace or repository in it, or one artifact. */
export interface RegistryLocation {
  readonly scheme: 'registry'
  readonly registry: string
  readonly repository?: string
  readonly tag?: string
  readonly digest?: string
  readonly inner?: string
  /** The text ended with a slash: what lies below is meant, not an artifact. */
  readonly namespace?: true
  readonly text: string
}

/**
 * `oci:DIR[:tag][@digest]` an image layout, `tar:FILE[:tag][@digest]` an archive, `docker-archive:FILE[:NAME[:tag]]` one for
 * `docker load`, whose tag here is the whole name (`docker.io/library/app:1`). `:@N` in place of a tag is the image at that
 * place of the file, from 0.
 */
export interface FileLocation {
  readonly scheme: 'oci' | 'tar' | 'docker-archive'
  readonly path: string
  readonly tag?: string
  readonly digest?: string
  readonly position?: number
  readonly inner?: string
  readonly text: string
}

/** `cache:` alone is the whole store; with a reference, one repository or artifact of it. */
export interface CacheLocation {
  readonly scheme: 'cache'
  readonly registry?: string
  readonly repository?: string
  readonly tag?: string
  readonly digest?: string
  readonly inner?: string
  readonly namespace?: true
  readonly text: string
}

/** `./x`, `../x`, `/x`, `~/x`, `.` and `..`. */
export interface PathLocation {
  readonly scheme: 'path'
  readonly path: string
  readonly text: string
}

/** `-`: an archive on standard input or output. */
export interface StdioLocation {
  readonly scheme: 'stdio'
  readonly text: string
}

/** A scheme that a kind declared (`ostree:REPO:REF`). */
export interface KindLocation {
  readonly scheme: 'kind'
  readonly name: string
  readonly rest: string
  readonly inner?: string
  readonly text: string
}

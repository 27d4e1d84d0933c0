/** String to string; parsed ones have no prototype, so a key named `__proto__` is only data. */
export type Annotations = Readonly<Record<string, string>>

/** image-spec, image-index.md, `platform`. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
}

/** image-spec, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  /** Bytes, an integer from 0 to 2^53 − 1. */
  readonly size: number
  readonly urls?: readonly string[]
  readonly annotations?: Annotations
  /** The content itself in base64. */
  readonly data?: string
  readonly platform?: Platform
  readonly artifactType?: string
}

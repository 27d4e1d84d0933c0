import type { Opened, Published } from './services.ts'

/** What every verb that writes an artifact answers: machine formats have all of it, pipes its `ref`. */
export interface Pushed {
  readonly ref: string
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly tags: readonly string[]
  readonly kind?: string
}

export function pushed(to: Opened, published: Published, kind?: string): Pushed {
  const [tag] = published.tags
  return {
    ref: tag === undefined ? `${to.display}@${published.digest}` : `${to.display}:${tag}`,
    digest: published.digest,
    mediaType: published.mediaType,
    size: published.size,
    tags: published.tags,
    ...(kind === undefined ? {} : { kind }),
  }
}

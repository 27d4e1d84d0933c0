import { formatReference, isOcishError, looksLikeRegistry, parseReference, type Reference } from '@ocish/sdk'

/** The image of a configuration as a full reference. */
export interface Image {
  readonly reference: string
  readonly tag?: string
  readonly digest?: string
}

/**
 * Reads an image as container engines do: without a host it is Docker Hub's, there without a namespace `library/`.
 * Undefined for what is no reference (`uvx://package`).
 */
export function parseImage(image: string): Image | undefined {
  if (image === '' || image.includes('://')) return undefined
  const [first = ''] = image.split('/')
  const short = image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`
  const reference = tryParse(image.includes('/') && looksLikeRegistry(first) ? image : short)
  if (reference === undefined) return undefined
  const { tag, digest } = reference
  return {
    reference: formatReference(reference),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  }
}

/** The tag as a version, where it is one that does not move by its name. */
export function imageVersion(image: string): string | undefined {
  const tag = parseImage(image)?.tag
  return tag !== undefined && /^v?\d/.test(tag) ? tag : undefined
}

function tryParse(text: string): Reference | undefined {
  try {
    return parseReference(text)
  } catch (error) {
    if (isOcishError(error)) return undefined
    throw error
  }
}

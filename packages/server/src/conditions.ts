/** The entity tags of an `If-Match` or `If-None-Match` header without their quotes and `W/`; bare ones are taken too. */
function entityTags(header: string | undefined): readonly string[] {
  if (header === undefined) return []
  return header
    .split(',')
    .map((part) => bareTag(part))
    .filter((tag) => tag !== '')
}

/** True when a header names this entity tag, or `*`. */
export function namesTag(header: string | undefined, etag: string): boolean {
  const tags = entityTags(header)
  return tags.includes('*') || tags.includes(bareTag(etag))
}

/** An entity tag as RFC 9110 writes it. */
export function quotedTag(etag: string): string {
  return /^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`
}

function bareTag(text: string): string {
  return text.trim().replace(/^W\//, '').replaceAll(/^"|"$/g, '')
}

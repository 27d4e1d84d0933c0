const digestTag = /^(?:sha256|sha512)-[0-9a-f]{64,128}(?:\.[a-z0-9.-]+)?$/

/** A tag that stands for a digest: the referrers fallback of distribution-spec 1.1, or cosign's `sha256-….sig`. */
export function isDigestTag(tag: string): boolean {
  return digestTag.test(tag)
}

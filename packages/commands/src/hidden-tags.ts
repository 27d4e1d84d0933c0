const digestTag = /^(?:sha256|sha512)-[0-9a-f]{64,128}(?:\.[a-z0-9.-]+)?$/
const fallbackTag = /^(?:sha256|sha512)-[0-9a-f]{64,128}$/

/** A tag that stands for a digest: the referrers fallback of distribution-spec 1.1, or cosign's `sha256-….sig`. */
export function isDigestTag(tag: string): boolean {
  return digestTag.test(tag)
}

/** The referrers fallback alone: a list that every registry keeps for itself. */
export function isFallbackTag(tag: string): boolean {
  return fallbackTag.test(tag)
}

/** Whether a copy of all tags takes this one; with referrers all that stand for a digest come with what they refer to. */
export function isCopiedTag(tag: string, withReferrers: boolean): boolean {
  return !(withReferrers ? isDigestTag(tag) : isFallbackTag(tag))
}

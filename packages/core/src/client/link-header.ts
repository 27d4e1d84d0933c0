/** The target of the first `rel=next` link of `Link` headers (RFC 8288); `rel` quoted or not, any case. */
export function nextLink(values: readonly string[]): string | undefined {
  for (const value of values) {
    for (const link of value.matchAll(
      /<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)/g,
    )) {
      const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(link[2] ?? '')
      const names = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/)
      if (names.includes('next')) return link[1]
    }
  }
  return undefined
}

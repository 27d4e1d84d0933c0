/** What a location names without the path inside it: `host/app:1` of `host/app:1//etc`. */
export function outerName(text: string): string {
  const [scheme = ''] = /^(?:oci|docker):\/\//.exec(text) ?? []
  const at = text.indexOf('//', scheme.length)
  return at < 0 ? text : text.slice(0, at)
}

/** The names klaus-oci writes (v0.0.9 and later). */
export const pluginConfigType = 'application/vnd.giantswarm.klaus-plugin.config.v1+json'
export const pluginContentType = 'application/vnd.giantswarm.klaus-plugin.content.v1.tar+gzip'
export const personalityConfigType = 'application/vnd.giantswarm.klaus-personality.config.v1+json'
export const personalityContentType = 'application/vnd.giantswarm.klaus-personality.content.v1.tar+gzip'

/** All annotations of the family begin so. */
export const annotationPrefix = 'io.giantswarm.klaus.'

/** Left in a folder that was pulled; also what says that the folder may be replaced. Never packed. */
export const markerFile = '.oci-cache.json'

export const pluginManifest = '.claude-plugin/plugin.json'
export const personalityFile = 'personality.yaml'
export const soulFile = 'SOUL.md'

export const limits: {
  readonly json: number
  readonly fileBytes: number
  readonly totalBytes: number
  readonly entries: number
} = { json: 2 ** 20, fileBytes: 100 * 2 ** 20, totalBytes: 2 ** 30, entries: 100_000 }

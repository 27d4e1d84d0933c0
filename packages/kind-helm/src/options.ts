import { OcishError, type KindContext, type KindOption } from '@ocish/sdk'
import { parseVersion } from '@ocish/versions'

/** The flags of the general verbs for charts, as data. */
export const options: readonly KindOption[] = [
  {
    name: 'version',
    type: 'string',
    summary: 'Publish a chart folder as this version; with --as helm, pull the highest that fits (^1.2)',
    verbs: ['push', 'pull'],
  },
  {
    name: 'app-version',
    type: 'string',
    summary: 'Publish a chart folder with this appVersion',
    verbs: ['push'],
  },
  {
    name: 'created',
    type: 'string',
    summary:
      'When it was made, RFC 3339 or seconds since 1970: the annotation, and the times in a packed folder',
    verbs: ['push'],
  },
  {
    name: 'compat',
    type: 'bool',
    summary:
      'Write Chart.yaml and Chart.lock of a folder anew, as helm package does, instead of copying them',
    verbs: ['push'],
  },
  { name: 'archive', type: 'bool', summary: 'Write NAME-VERSION.tgz instead of its files', verbs: ['pull'] },
  {
    name: 'prov',
    type: 'bool',
    summary: 'Write NAME-VERSION.tgz and its provenance file beside it',
    verbs: ['pull'],
  },
  {
    name: 'verify',
    type: 'bool',
    summary: 'Refuse a chart that its provenance file does not vouch for; needs --keyring',
    verbs: ['pull'],
  },
  {
    name: 'keyring',
    type: 'path',
    summary: 'OpenPGP public keys for --verify, as gpg --export writes them',
    verbs: ['pull'],
  },
]

/** JSON Schema of `[kinds.helm]`. */
export const settings: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    /** Where a chart's bare name is looked up: `ghcr.io/acme/charts`. */
    repository: { type: 'string' },
  },
}

/** What a chart folder is published as. */
export interface PackOptions {
  readonly version?: string
  readonly appVersion?: string
  /** RFC 3339 in UTC, and the same in seconds. */
  readonly created?: { readonly text: string; readonly seconds: number }
  readonly compat: boolean
}

/** Reads the options of `push` and `helm package`. Errors: USAGE_INVALID_VALUE. */
export function packOptions(given: KindContext['options']): PackOptions {
  const [version, appVersion, created] = [given['version'], given['app-version'], given['created']]
  if (typeof version === 'string' && parseVersion(version) === undefined) {
    throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(version)} is no version`, {
      hint: 'Write three numbers, as --version 1.2.3.',
    })
  }
  return {
    compat: given['compat'] === true,
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof appVersion === 'string' ? { appVersion } : {}),
    ...(typeof created === 'string' ? { created: parseTime(created) } : {}),
  }
}

function parseTime(text: string): { readonly text: string; readonly seconds: number } {
  const seconds = /^\d{1,11}$/.test(text)
    ? Number(text)
    : Math.floor(Date.parse(isTime(text) ? text : '') / 1000)
  if (Number.isSafeInteger(seconds) && seconds >= 0) return { text: formatTime(seconds), seconds }
  throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(text)} is no time`, {
    hint: 'Write it as 2026-01-31T12:00:00Z or in seconds since 1970.',
  })
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
}

/** RFC 3339 in UTC, to the second. */
export function formatTime(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}

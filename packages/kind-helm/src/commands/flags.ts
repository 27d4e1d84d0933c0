import type { KindParam } from '@ocish/sdk'

export const versionFlag: KindParam = {
  name: 'version',
  type: 'string',
  optional: true,
  summary: 'A version or a constraint, as ^1.2',
}

export const develFlag: KindParam = {
  name: 'devel',
  type: 'bool',
  optional: true,
  summary: 'Prereleases too, where no version is asked for',
}

export const compatFlag: KindParam = {
  name: 'compat',
  type: 'bool',
  optional: true,
  summary: 'Write Chart.yaml and Chart.lock anew, as helm package does',
}

/** The flags as `resolveChart` takes them. */
export function asked(flags: Readonly<Record<string, unknown>>): {
  readonly version?: string
  readonly devel: boolean
} {
  const version = flags['version']
  return { ...(typeof version === 'string' ? { version } : {}), devel: flags['devel'] === true }
}

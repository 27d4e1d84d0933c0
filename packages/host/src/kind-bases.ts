import type { BaseSetting, Match } from '@ocish/sdk'
import type { Config } from './config.ts'
import { settingsOf } from './kind-settings.ts'
import type { KindEntry } from './kind-table.ts'

/** The kinds, each with a match for every base that it has by itself or that the configuration names for it. */
export function withBases(entries: readonly KindEntry[], config: Config): readonly KindEntry[] {
  return entries.map((entry) => {
    if (entry.bases === undefined) return entry
    const found = basesOf(entry.bases, settingsOf(config, entry.name, entry.family))
    const match = found.map((base): Match => ({ repositoryPrefix: `${base}/` }))
    return { ...entry, match: [...entry.match, ...match] }
  })
}

function basesOf({ list, patterns, builtIn = [] }: BaseSetting, settings: object): readonly string[] {
  const items: unknown = Object.hasOwn(settings, list) ? settings[list as keyof typeof settings] : []
  const configured = (Array.isArray(items) ? items : []).flatMap((item: unknown) => {
    const filled = patterns.map((pattern) => fill(pattern, item)).find((base) => base !== undefined)
    return filled === undefined ? [] : [filled]
  })
  return [...new Set([...builtIn, ...configured])]
}

/** The pattern with the members of one object; undefined where one is missing or no text. */
function fill(pattern: string, item: unknown): string | undefined {
  let missing = false
  const base = pattern.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value: unknown =
      typeof item === 'object' && item !== null && Object.hasOwn(item, name)
        ? item[name as keyof typeof item]
        : undefined
    if (typeof value !== 'string' || value === '') missing = true
    return String(value).replace(/\/+$/, '')
  })
  return missing ? undefined : base
}

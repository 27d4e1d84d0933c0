import { OcishError } from '@ocish/sdk'
import type { Config } from './config.ts'
import { type SchemaFault, schemaFault } from './json-schema.ts'
import type { KindEntry } from './kind-table.ts'

/**
 * Checks what a configuration says of kinds: their names exist, and their settings are what they declare.
 * Errors: CONFIG_INVALID with `details.closest`.
 */
export async function checkKindSettings(config: Config, entries: readonly KindEntry[]): Promise<void> {
  for (const { kind } of config.rules)
    if (!hasKind(kind, entries)) throw await unknownKind(`match: ${kind}`, kind, entries)
  for (const [name, settings] of Object.entries(config.kinds)) {
    const meant = entries.filter((one) => one.name === name || one.family === name)
    // The first fault ends it.
    // oxlint-disable-next-line no-await-in-loop
    if (meant.length === 0) throw await unknownKind(`kinds.${name}`, name, entries)
    for (const entry of meant) {
      const fault = entry.settings && schemaFault(entry.settings, settings, `kinds.${name}`)
      // oxlint-disable-next-line no-await-in-loop
      if (fault) throw await settingFault(config, fault)
    }
  }
}

async function settingFault(
  config: Config,
  { path, message, unknown, known = [] }: SchemaFault,
): Promise<OcishError> {
  const { nearest } = await import('@ocish/shell')
  const where = config.file === undefined ? '' : ` in ${config.file}`
  return new OcishError('CONFIG_INVALID', `${path} ${message}${where}`, {
    details: { path, closest: unknown === undefined ? [] : nearest(unknown, known) },
    ...(unknown !== undefined && known.length > 0 && { hint: `Known here: ${known.join(', ')}.` }),
  })
}

/** What a configuration says of a kind: its family's section, and its own above it. */
export function settingsOf(config: Config, name: string, family: string): Readonly<Record<string, unknown>> {
  return { ...config.kinds[family], ...config.kinds[name] }
}

function hasKind(name: string, entries: readonly KindEntry[]): boolean {
  return entries.some((entry) => entry.name === name)
}

async function unknownKind(where: string, name: string, entries: readonly KindEntry[]): Promise<OcishError> {
  const { nearest } = await import('@ocish/shell')
  const names = [...new Set(entries.flatMap((entry) => [entry.name, entry.family]))]
  return new OcishError('CONFIG_INVALID', `${where} is no kind`, {
    details: { closest: nearest(name, names) },
  })
}

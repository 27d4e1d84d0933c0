import { signatures } from '@ocish/commands'
import { OcishError } from '@ocish/sdk'
import { isReserved, isVerb } from '@ocish/shell'
import type { KindEntry } from '../kind-table.ts'
import type { InstalledPlugin } from './plugin-index.ts'
import type { PluginManifest } from './plugin-manifest.ts'

/**
 * A plugin's kinds have names of their own, and its commands a noun of their own: no word of the language, no command and
 * no family that comes with the program. Two plugins may match the same artifact; which one is meant then is asked when
 * it is read (`--as`, or a rule in the configuration). Errors: PLUGIN_FAILED.
 */
export function checkConflicts(
  plugin: PluginManifest,
  builtIn: readonly KindEntry[],
  installed: readonly InstalledPlugin[],
): void {
  const others = installed.filter((one) => one.name !== plugin.name)
  const taken = [
    ...builtIn.map(({ name, family, package: from }) => ({ name, family, from })),
    ...others.flatMap((one) => one.kinds.map(({ name, family }) => ({ name, family, from: one.name }))),
  ]
  const words = new Set(signatures.flatMap(({ name, aliases = [] }) => [name, ...aliases].map(firstWord)))
  for (const { name, family } of plugin.kinds) {
    const same = taken.find((one) => one.name === name)
    if (same !== undefined || name === 'generic')
      throw conflict(plugin, `the kind ${name}`, same?.from ?? 'ocish')
    const noun = taken.find((one) => one.family === family)
    if (noun !== undefined) throw conflict(plugin, `the noun ${family}`, noun.from)
    if (isReserved(family))
      throw new OcishError(
        'PLUGIN_FAILED',
        `${plugin.name} brings the word ${family}, which is kept for later`,
      )
    if (words.has(family) || isVerb(family)) throw conflict(plugin, `the word ${family}`, 'ocish')
  }
  const names = plugin.kinds.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw conflict(plugin, `the kind ${twice}`, plugin.name)
}

function firstWord(name: string): string {
  return name.split(' ')[0] ?? name
}

function conflict({ name }: PluginManifest, what: string, owner: string): OcishError {
  return new OcishError('PLUGIN_FAILED', `${name} brings ${what}, which ${owner} has already`)
}

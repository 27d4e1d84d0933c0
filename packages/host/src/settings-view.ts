import type { ServiceSetting, Settings } from '@ocish/commands'
import { OcishError } from '@ocish/sdk'
import type { Config } from './config.ts'
import { configSchema } from './config-schema.ts'

/** What `set` and `alias` work with. */
export function settingsView(config: Config): Settings {
  return {
    list: () => listed(config),
    aliases: config.aliases,
    async write(key, text) {
      const { file } = config
      if (file === undefined) throw new OcishError('CONFIG_INVALID', 'this session has no configuration file')
      const { editConfig, keyPath } = await import('./edit-config.ts')
      const value = await editConfig(file, keyPath(key), text)
      return { key, value, source: file }
    },
  }
}

/** Every value that is set, then the names that could be. */
function listed(config: Config): readonly ServiceSetting[] {
  const set = config.settings().map(({ key, value, origin }) => ({ key, value, source: origin }))
  const known = ['defaults', 'limits'].flatMap((section) =>
    Object.keys(configSchema.properties?.[section]?.properties ?? {}).map((name) => `${section}.${name}`),
  )
  const keys = new Set(set.map(({ key }) => key))
  const unset = known
    .filter((key) => !keys.has(key))
    .map((key) => ({ key, value: undefined, source: 'default' }))
  return [...set, ...unset].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

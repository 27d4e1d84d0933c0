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

/** Every value that is set, and those that hold where nothing is. */
function listed(config: Config): readonly ServiceSetting[] {
  const set = config.settings().map(({ key, value, origin }) => ({ key, value, source: origin }))
  const known = ['defaults', 'limits', 'cache'].flatMap((section) =>
    Object.entries(configSchema.properties?.[section]?.properties ?? {}).map(([name, schema]) => ({
      key: `${section}.${name}`,
      value: schema.default,
      source: 'default',
    })),
  )
  const keys = new Set(set.map(({ key }) => key))
  const unset = known.filter(({ key }) => !keys.has(key))
  return [...set, ...unset].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

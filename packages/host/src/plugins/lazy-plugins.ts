import type { Plugins } from '@ocish/commands'
import type { InstalledPlugins, PluginPlaces } from './installed-plugins.ts'
import { infoOf, installedNamed, type PluginIndex, readPluginIndex } from './plugin-index.ts'

/** The plugins of a session; the code that installs is loaded when something is installed. */
export function lazyPlugins(places: PluginPlaces): Plugins {
  const loaded = async (): Promise<InstalledPlugins> => {
    const { InstalledPlugins: Installed } = await import('./installed-plugins.ts')
    return new Installed(places)
  }
  const index = (): PluginIndex =>
    places.data === undefined ? { version: 1, plugins: [], trusted: [] } : readPluginIndex(places.data)
  return {
    list: () => index().plugins.map((plugin) => infoOf(plugin)),
    info: (name) => infoOf(installedNamed(index(), name)),
    add: async (source, options) => (await loaded()).add(source, options),
    remove: async (name) => (await loaded()).remove(name),
    enable: async (name, enabled) => (await loaded()).enable(name, enabled),
    async *doctor(name, signal) {
      yield* (await loaded()).doctor(name, signal)
    },
    create: async (name, signal) => (await loaded()).create(name, signal),
  }
}

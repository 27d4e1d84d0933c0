import type { Row } from '@ocish/shell'
import type { PluginInfo } from './plugin-services.ts'

/** A plugin in a list; `note` says who published it. */
export function pluginRowOf({ name, version, status, kinds, source, publisher }: PluginInfo): Row {
  return { name, version, status, kinds, source, note: `by ${publisher}` }
}

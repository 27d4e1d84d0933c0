import { isDeepStrictEqual } from 'node:util'
import { apiVersion, isJsonObject, type KindData, OcishError } from '@ocish/sdk'
import type { Env } from '../paths.ts'
import { nodeProgram } from './node-program.ts'
import {
  moduleUrl,
  type PluginModule,
  type PluginProcess,
  type ProcessLimits,
  startPlugin,
} from './plugin-process.ts'
import type { RemoteKindData } from './remote-kind.ts'

/** A plugin at work, and its kinds as its code says them. */
export interface LoadedPlugin {
  readonly process: PluginProcess
  readonly kinds: readonly RemoteKindData[]
}

const dataFields = [
  'name',
  'match',
  'sources',
  'options',
  'settings',
  'bases',
  'locations',
  'marker',
  'commands',
] as const

/**
 * Starts a plugin's process, loads its module and compares what it is with what its package says it is.
 * Errors: KIND_FAILED, PLUGIN_FAILED, PLUGIN_API_UNSUPPORTED.
 */
export async function loadPlugin(
  plugin: PluginModule & { readonly kinds: readonly KindData[] },
  limits?: ProcessLimits,
  env: Env = process.env,
): Promise<LoadedPlugin> {
  const child = startPlugin(plugin, await nodeProgram(env, process.versions), limits)
  try {
    const loaded = await child.call('load', moduleUrl(plugin))
    const found = Array.isArray(loaded) ? loaded.filter((one) => isJsonObject(one)) : []
    if (found.length !== plugin.kinds.length)
      throw differs(plugin.name, `declares ${plugin.kinds.length} kinds and has ${found.length}`)
    return { process: child, kinds: plugin.kinds.map((kind) => compared(plugin.name, kind, found)) }
  } catch (error) {
    child.stop()
    throw error
  }
}

function compared(
  plugin: string,
  declared: KindData,
  found: readonly Readonly<Record<string, unknown>>[],
): RemoteKindData {
  const own = found.find(({ data }) => isJsonObject(data) && data['name'] === declared.name)
  const data = own?.['data']
  if (own === undefined || !isJsonObject(data)) throw differs(plugin, `has no kind ${declared.name}`)
  if (data['apiVersion'] !== apiVersion)
    throw new OcishError(
      'PLUGIN_API_UNSUPPORTED',
      `${plugin} is written for version ${String(data['apiVersion'])} of the contract, this is ${apiVersion}`,
      { hint: 'Take a version of the plugin that is made for this ocish, or another ocish.' },
    )
  const said = declared as unknown as Readonly<Record<string, unknown>>
  const other = dataFields.find((field) => !isDeepStrictEqual(plain(data[field]), plain(said[field])))
  if (other !== undefined)
    throw differs(plugin, `declares another ${other} of ${declared.name} than its code has`)
  const { functions: given } = own
  const functions = Array.isArray(given) ? given.filter((one) => typeof one === 'string') : []
  return { ...declared, functions }
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)
}

function differs(plugin: string, what: string): OcishError {
  return new OcishError('PLUGIN_FAILED', `${plugin} ${what}`, {
    hint: "Write its ocish field with packageField from '@ocish/sdk'.",
  })
}

import type { KindContext, KindOption } from '@ocish/sdk'
import type { ClassifyOptions } from './classify.ts'

/** The flags of `push` and `validate` for run configurations, as data. */
export const options: readonly KindOption[] = [
  {
    name: 'allow-env',
    type: 'string',
    many: true,
    summary: 'Publish the value of this variable of env_vars; others keep only their name.',
    verbs: ['push', 'validate'],
  },
  {
    name: 'keep-host-paths',
    type: 'bool',
    summary: 'Publish paths of this machine: mounts, certificate and policy files.',
    verbs: ['push', 'validate'],
  },
  {
    name: 'compat',
    type: 'string',
    enum: ['default', 'strict'],
    summary: 'strict: byte for byte what ToolHive would publish; nothing is left out, secrets are refused.',
    verbs: ['push', 'validate'],
  },
  {
    name: 'pin',
    type: 'bool',
    summary: 'Publish the image by the digest its tag has now.',
    verbs: ['push'],
  },
]

/** JSON Schema of `[kinds.runconfig]`: what holds when a flag is not given. */
export const settings: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    'allow-env': { type: 'array', items: { type: 'string' } },
    'keep-host-paths': { type: 'boolean' },
    compat: { type: 'string', enum: ['default', 'strict'] },
    pin: { type: 'boolean' },
  },
}

/** What the flags and settings say together; a flag wins, allowed variables add up. */
export interface PublishOptions extends ClassifyOptions {
  readonly strict: boolean
  readonly pin: boolean
  /** The variables allowed on this command line: a wrong name there is worth a warning. */
  readonly namedEnv: readonly string[]
}

/** Reads them; absent or of a wrong type is the default. */
export function publishOptions(context: Pick<KindContext, 'options' | 'settings'>): PublishOptions {
  const value = (name: string): unknown => context.options[name] ?? context.settings[name]
  const namedEnv = texts(context.options['allow-env'])
  return {
    allowEnv: new Set([...texts(context.settings['allow-env']), ...namedEnv]),
    namedEnv,
    keepHostPaths: value('keep-host-paths') === true,
    strict: value('compat') === 'strict',
    pin: value('pin') === true,
  }
}

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

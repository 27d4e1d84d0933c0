import { type CommonFlags, durationOf } from '@ocish/shell'
import type { Config } from './config.ts'

/** What the configuration says where no flag does. */
export type CallDefaults = Partial<Pick<CommonFlags, 'output' | 'timeout' | 'color'>>

/** The `[defaults]` that are flags of a call. */
export function callDefaults(config: Config): CallDefaults {
  const output = config.get('defaults.output') as CommonFlags['output']
  const timeout = config.get('defaults.timeout')
  const color = config.get('defaults.color')
  return {
    ...(output === undefined ? {} : { output }),
    ...(typeof timeout === 'string' ? { timeout: durationOf(timeout) } : {}),
    ...(color === 'always' || color === 'never' ? { color } : {}),
  }
}

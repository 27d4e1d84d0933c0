import { OcishError } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { isSet, optionalTextArg } from './call-values.ts'

/** What `set` or `alias` is to do with a name: give it a value, or take it away where there is none. */
export interface SettingChange {
  readonly name: string
  readonly value: string | undefined
}

/** The change that a call asks for; undefined: it asks for a list. Errors: USAGE_CONFLICT (a value, and `--rm`). */
export function settingChange(
  call: Call,
  parameters: { readonly name: string; readonly value: string },
): SettingChange | undefined {
  const name = optionalTextArg(call, parameters.name)
  const value = optionalTextArg(call, parameters.value)
  const remove = isSet(call, 'rm')
  if (name === undefined || (value === undefined && !remove)) return undefined
  if (value !== undefined && remove)
    throw new OcishError('USAGE_CONFLICT', 'a value and --rm exclude each other', {
      hint: 'Leave out one of them.',
    })
  return { name, value }
}

/** What would happen to it, for `--dry-run`. */
export function plannedChange({ name, value }: SettingChange): string {
  return `would ${value === undefined ? 'remove' : 'set'} ${name}`
}

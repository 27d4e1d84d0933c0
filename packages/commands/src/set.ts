import { OcishError } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { isSet, optionalTextArg } from './call-values.ts'
import type { Run } from './run.ts'
import type { ServiceSetting } from './services.ts'

export const run: Run = async function* run(call, services) {
  const key = optionalTextArg(call, 'key')
  const value = optionalTextArg(call, 'value')
  const remove = isSet(call, 'rm')
  if (key !== undefined && (value !== undefined || remove)) {
    if (value !== undefined && remove)
      throw new OcishError('USAGE_CONFLICT', 'a value and --rm exclude each other')
    if (!services.options.dryRun) yield settingLine(await services.settings.write(key, value))
    else services.note(`would ${remove ? 'remove' : 'set'} ${key}`)
    return
  }
  const all = services.settings.list()
  const shown =
    key === undefined ? all : all.filter((one) => one.key === key || one.key.startsWith(`${key}.`))
  if (shown.length === 0)
    throw new OcishError('CONFIG_INVALID', `${key ?? ''} is no key of the configuration, or has no value`, {
      hint: 'Run set for the list.',
    })
  for (const setting of shown) yield settingLine(setting)
}

/** A value as one writes it. */
export function settingLine({ key, value, source }: ServiceSetting): Row {
  const text = Array.isArray(value)
    ? value.join(',')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
  return { key, value: text ?? null, source }
}

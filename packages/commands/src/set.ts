import { OcishError } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { optionalTextArg } from './call-values.ts'
import type { Run } from './run.ts'
import type { ServiceSetting } from './services.ts'
import { plannedChange, settingChange } from './setting-change.ts'

export const run: Run = async function* run(call, services) {
  const change = settingChange(call, { name: 'key', value: 'value' })
  if (change !== undefined) {
    if (services.options.dryRun) services.note(plannedChange(change))
    else yield settingLine(await services.settings.write(change.name, change.value))
    return
  }
  const key = optionalTextArg(call, 'key')
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

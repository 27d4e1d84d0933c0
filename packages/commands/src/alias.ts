import { OcishError } from '@ocish/sdk'
import { isReserved } from '@ocish/shell'
import { optionalTextArg } from './call-values.ts'
import type { Run } from './run.ts'
import { settingLine } from './set.ts'
import { plannedChange, settingChange } from './setting-change.ts'

export const run: Run = async function* run(call, services) {
  const name = optionalTextArg(call, 'name')
  const words = optionalTextArg(call, 'words')
  if (name !== undefined && !/^[a-z][\w-]*$/i.test(name))
    throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(name)} cannot be an alias`, {
      hint: 'Use letters, digits, - and _.',
    })
  if (name !== undefined && words !== undefined && isReserved(name))
    throw new OcishError('USAGE_INVALID_VALUE', `the name ${name} is kept for a later version`, {
      hint: 'Use another one.',
    })
  const change = settingChange(call, { name: 'name', value: 'words' })
  if (change !== undefined) {
    if (services.options.dryRun) services.note(plannedChange({ ...change, name: `the alias ${change.name}` }))
    else {
      const { value, source } = await services.settings.write(`aliases.${change.name}`, change.value)
      yield settingLine({ key: change.name, value, source })
    }
    return
  }
  const all = services.settings.list().filter(({ key }) => key.startsWith('aliases.'))
  const shown = all.map((one) => ({ ...one, key: one.key.slice('aliases.'.length) }))
  const found = name === undefined ? shown : shown.filter(({ key }) => key === name)
  if (name !== undefined && found.length === 0)
    throw new OcishError('CONFIG_INVALID', `no alias ${name}`, { exit: 3, hint: 'Run alias for the list.' })
  for (const setting of found) yield settingLine(setting)
}

import type { CallDefaults } from '@ocish/host'
import { OcishError } from '@ocish/sdk'
import type { BoundProgram, CommonFlags } from '@ocish/shell'
import type { Look } from '@ocish/shell/text'

/** What was said; what was not is left out. */
export function said(flags: Partial<CommonFlags>): Partial<CommonFlags> {
  const given = Object.entries(flags).filter(([name, value]) =>
    Array.isArray(value)
      ? value.length > 0
      : value !== undefined && value !== false && value !== 0 && !(name === 'color' && value === 'auto'),
  )
  return Object.fromEntries(given) as Partial<CommonFlags>
}

/** What holds for a call: what it says itself, else what the session was started with, else the configuration. */
export function callFlagsOf(
  common: CommonFlags,
  started: Partial<CommonFlags>,
  defaults: CallDefaults,
): Partial<CommonFlags> {
  return { ...defaults, ...said(started), ...said(common) }
}

/** What holds for a whole line: of several calls the first one that says it. */
export function lineFlagsOf(
  { stages }: BoundProgram,
  started: Partial<CommonFlags>,
  defaults: CallDefaults,
): Partial<CommonFlags> {
  const lastFirst = [...stages].toSorted(([one], [other]) => other.from - one.from)
  const calls = lastFirst.flatMap(([, { call }]) => (call === undefined ? [] : [said(call.common)]))
  return Object.assign({ ...defaults, ...said(started) }, ...calls) as Partial<CommonFlags>
}

/** A session paints its progress itself. Errors: USAGE_CONFLICT. */
export function checkProgress({ stages }: BoundProgram): void {
  for (const { call } of stages.values())
    if (call?.common.progress === 'json')
      throw new OcishError('USAGE_CONFLICT', '--progress json is for other programs, not for a session', {
        hint: 'Leave it out, or run the line as a command of its own: ocish … --progress json 2>FILE.',
      })
}

/** The look of one line's output. */
export function withFlags(look: Look, { color, ascii }: Partial<CommonFlags>): Look {
  return {
    ...look,
    color: color === undefined || color === 'auto' ? look.color : color === 'always',
    ascii: look.ascii || ascii === true,
  }
}

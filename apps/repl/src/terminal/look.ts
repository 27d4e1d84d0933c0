import type { CommonFlags } from '@ocish/shell'
import { hasLightBackground, type Look } from '@ocish/shell/text'

/** How things look on this terminal now (shell.md §4.4); `background` is `light` or `dark` where the user said so. */
export function lookOf(
  columns: number,
  flags: Partial<Pick<CommonFlags, 'color' | 'ascii'>>,
  env: NodeJS.ProcessEnv,
  background: string = 'auto',
): Look {
  const said = flags.color ?? 'auto'
  return {
    width: columns > 0 ? columns : 80,
    color: said === 'always' || (said === 'auto' && wantsColor(env)),
    light: background === 'auto' ? hasLightBackground(env) : background === 'light',
    ascii: flags.ascii === true || !speaksUtf8(env),
    now: Date.now(),
  }
}

function wantsColor(env: NodeJS.ProcessEnv): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  return env['FORCE_COLOR'] !== '0' && env['TERM'] !== 'dumb'
}

function speaksUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  return locale === undefined || /utf-?8/i.test(locale)
}

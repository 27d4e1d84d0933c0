import type { CommonFlags } from '@ocish/shell'
import { hasLightBackground, type Look } from '@ocish/shell/text'

/** The parts of a standard stream that decide how it looks. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** How layouts look on a stream: width, colour, characters (shell.md §4.4). */
export function lookOf(
  screen: Screen,
  flags: Pick<CommonFlags, 'color' | 'ascii'>,
  env: NodeJS.ProcessEnv,
): Look {
  const terminal = screen.isTTY === true
  return {
    width: terminal ? screen.columns || 80 : Number.POSITIVE_INFINITY,
    color: flags.color === 'always' || (flags.color === 'auto' && wantsColor(terminal, env)),
    light: hasLightBackground(env),
    ascii: flags.ascii || !speaksUtf8(env),
    now: Date.now(),
  }
}

function wantsColor(terminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0'
  return terminal && env['TERM'] !== 'dumb'
}

/** An environment that says nothing (a container) is taken for UTF-8. */
function speaksUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  return locale === undefined || /utf-?8/i.test(locale)
}

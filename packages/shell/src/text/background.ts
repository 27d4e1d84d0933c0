/**
 * What the terminal says about its background in `COLORFGBG` (`15;0`, `0;default;15`): rxvt, Konsole, iTerm2 and others
 * set it, and anybody can. White (7) and the bright colours (9 to 15) are light; false where nothing is said.
 */
export function hasLightBackground(env: Readonly<Record<string, string | undefined>>): boolean {
  const last = env['COLORFGBG']?.split(';').at(-1) ?? ''
  return /^(?:7|9|1[0-5])$/.test(last)
}

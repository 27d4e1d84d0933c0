import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

/** Debian keeps servers out of a user's PATH. */
const extraFolders = ['/usr/sbin', '/usr/local/sbin', '/sbin']

/** The full path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...extraFolders]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Whether a program is installed, for `describe.skipIf(!has('skopeo'))`. Where `CI` is set, a missing program is an
 * error instead: there every test must run.
 */
export function has(...names: readonly string[]): boolean {
  const missing = names.filter((name) => findProgram(name) === undefined)
  if (missing.length > 0 && (process.env['CI'] ?? '') !== '') {
    throw new Error(`not installed: ${missing.join(', ')} (with CI set, no test may be skipped for that)`)
  }
  return missing.length === 0
}

/** `describe`, skipped under a name that says which program is missing. */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const missing = has(...programs) ? [] : programs.filter((program) => findProgram(program) === undefined)
  const why = missing.length === 0 ? '' : ` [skipped: ${missing.join(', ')} not installed]`
  // oxlint-disable-next-line vitest/valid-describe-callback, vitest/valid-title
  describe.skipIf(missing.length > 0)(name + why, tests)
}

/** The path of a program that `has` said is there. */
export function programPath(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`${name} is not installed`)
  return path
}

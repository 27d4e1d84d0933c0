import { execFile } from 'node:child_process'
import { promises as fs } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { OcishError } from '@ocish/sdk'
import type { Env } from '../paths.ts'

const oldest = 24
const run = promisify(execFile)

/**
 * The Node that runs strangers' kinds: this program's own, or where it runs on something without a permission model one
 * of version 24 or later on PATH. Errors: PLUGIN_FAILED.
 */
export async function nodeProgram(
  env: Env,
  versions: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (versions['bun'] === undefined) return process.execPath
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((one) => isAbsolute(one))) {
    const program = join(folder, 'node')
    // The first one that fits, in the order of PATH.
    // oxlint-disable-next-line no-await-in-loop
    if (await fits(program)) return program
  }
  throw new OcishError(
    'PLUGIN_FAILED',
    'kinds of others run only where their rights can be taken from them',
    {
      hint: `Put Node ${oldest} or later on PATH.`,
    },
  )
}

async function fits(program: string): Promise<boolean> {
  try {
    await fs.access(program, fs.constants.X_OK)
    const { stdout } = await run(program, ['--version'], { env: {}, timeout: 5000 })
    return Number(/^v(\d+)\./.exec(stdout)?.[1] ?? 0) >= oldest
  } catch {
    return false
  }
}

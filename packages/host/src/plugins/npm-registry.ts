import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OcishError } from '@ocish/sdk'
import type { Env } from '../paths.ts'

const patience = 15_000
const run = promisify(execFile)

/**
 * Where the package of this name comes from: what `OCISH_NPM_REGISTRY`, npm's own variables or the user's `.npmrc` say (for
 * its scope, then for all), else what npm answers when it is asked. Errors: PLUGIN_FAILED.
 */
export async function npmRegistry(
  name: string,
  { env, home, signal }: { readonly env: Env; readonly home: string; readonly signal: AbortSignal },
): Promise<string> {
  const given = env['OCISH_NPM_REGISTRY'] ?? env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY']
  if (given !== undefined && given !== '') return given
  const lines = await settingsOf(home)
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined
  const found =
    (scope === undefined ? undefined : lines.get(`${scope}:registry`)) ??
    lines.get('registry') ??
    (await askedOfNpm(env, home, signal))
  if (found !== undefined) return found
  throw new OcishError('PLUGIN_FAILED', 'no registry of npm packages is known', {
    hint: 'Set OCISH_NPM_REGISTRY, or registry= in ~/.npmrc.',
  })
}

async function settingsOf(home: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(home, '.npmrc'), 'utf8').catch(() => '')
  const lines = [...text.matchAll(/^\s*((?:@[^\s:=]+:)?registry)\s*=\s*(\S+)\s*$/gm)]
  return new Map(lines.map(([, key = '', value = '']) => [key, value]))
}

/** From the home folder, so that a project's `.npmrc` in the working folder has no say. */
async function askedOfNpm(env: Env, home: string, signal: AbortSignal): Promise<string | undefined> {
  if (env['PATH'] === undefined) return undefined
  try {
    const options = { cwd: home, env, signal, timeout: patience, maxBuffer: 64 * 1024, windowsHide: true }
    const { stdout } = await run('npm', ['config', 'get', 'registry'], options)
    const answer = stdout.trim()
    return /^https?:\/\/\S+$/.test(answer) ? answer : undefined
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error) return undefined
    throw error
  }
}

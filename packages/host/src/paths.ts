import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, sep } from 'node:path'
import { OcishError } from '@ocish/sdk'

/** Environment variables; nothing reads `process.env` behind them. */
export type Env = Readonly<Record<string, string | undefined>>

/** Where this program keeps its files; nothing here exists until somebody writes. */
export interface Paths {
  /** `config.toml`, `config.json`. */
  readonly config: string
  /** The content store. */
  readonly cache: string
  /** Installed plugins. */
  readonly data: string
  /** Tokens, history. */
  readonly state: string
  /** Locks; gone after a restart. */
  readonly runtime: string
}

/**
 * XDG base directories (specification 0.8: a relative value is ignored), each with `ocish` below it. `OCISH_CONFIG_DIR`,
 * `OCISH_CACHE_DIR`, `OCISH_DATA_DIR`, `OCISH_STATE_DIR` and `OCISH_RUNTIME_DIR` name the folder itself.
 */
export function pathsFrom(env: Env, home: string): Paths {
  const folder = (own: string, xdg: string, fallback: string): string => {
    const given = env[own]
    if (given) return given
    const base = env[xdg]
    return join(base !== undefined && isAbsolute(base) ? base : join(home, fallback), 'ocish')
  }
  const state = folder('OCISH_STATE_DIR', 'XDG_STATE_HOME', '.local/state')
  const runtime = env['XDG_RUNTIME_DIR']
  return {
    config: folder('OCISH_CONFIG_DIR', 'XDG_CONFIG_HOME', '.config'),
    cache: folder('OCISH_CACHE_DIR', 'XDG_CACHE_HOME', '.cache'),
    data: folder('OCISH_DATA_DIR', 'XDG_DATA_HOME', '.local/share'),
    state,
    // Without a runtime folder the state folder serves: a predictable name in /tmp could be planted by somebody else.
    runtime:
      env['OCISH_RUNTIME_DIR'] ??
      (runtime !== undefined && isAbsolute(runtime) ? join(runtime, 'ocish') : join(state, 'run')),
  }
}

/** What paths of a line start from. */
export interface PathBase {
  readonly cwd: string
  readonly home: string
  /** Nothing outside of `cwd`, not through links either. */
  readonly restricted?: boolean
}

/** `~` and `~/x` are the home folder, a relative path starts at `cwd`. Errors: RESTRICTED. */
export function expandPath(path: string, base: PathBase): string {
  const expanded = withoutHome(path, base)
  if (base.restricted === true && !isWithin(realOf(expanded), realOf(base.cwd)))
    throw new OcishError('RESTRICTED', `${path} is outside of the working folder`, {
      hint: 'Leave out --restricted, or use files of the working folder.',
    })
  return expanded
}

function withoutHome(path: string, { cwd, home }: PathBase): string {
  if (path === '~') return home
  if (path.startsWith('~/')) return join(home, path.slice(2))
  return isAbsolute(path) ? path : join(cwd, path)
}

/** The path without links; of what does not exist yet, its nearest folder decides. */
function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realOf(parent), basename(path))
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

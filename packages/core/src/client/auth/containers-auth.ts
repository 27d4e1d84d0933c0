import { join } from 'node:path'

/** What decides where credentials are looked for. */
export interface CredentialEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** For `/run/containers/UID`; absent where there is none. */
  readonly uid?: number | undefined
  readonly platform?: NodeJS.Platform
}

/** A place that may hold credentials. */
export interface CredentialPlace {
  readonly label: string
  /** Undefined: `text` is its content. */
  readonly path?: string
  readonly text?: string
  /** A bare map of entries. */
  readonly legacy?: boolean
}

/**
 * Places in the order of their weight (containers-auth.json(5), docker/cli): `REGISTRY_AUTH_FILE` alone when it is set;
 * `DOCKER_AUTH_CONFIG`; `$DOCKER_CONFIG` alone when it is set; else auth.json of the session, auth.json of the user, Docker's
 * configuration, and its old form.
 */
export function credentialPlaces(environment: CredentialEnvironment): readonly CredentialPlace[] {
  const { env } = environment
  const explicit = env['REGISTRY_AUTH_FILE']
  if (explicit) return [file(explicit, environment)]
  const inline = env['DOCKER_AUTH_CONFIG']
  const variable = inline ? [{ label: 'the variable DOCKER_AUTH_CONFIG', text: inline }] : []
  if (env['DOCKER_CONFIG']) return [...variable, file(dockerConfigPath(environment), environment)]
  return [
    ...variable,
    ...containersPaths(environment).map((path) => file(path, environment)),
    file(dockerConfigPath(environment), environment),
    { ...file(join(environment.home, '.dockercfg'), environment), legacy: true },
  ]
}

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`: where a login goes when no other file knows the host. */
export function dockerConfigPath({ env, home }: CredentialEnvironment): string {
  return join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json')
}

function containersPaths({
  env,
  home,
  uid,
  platform = process.platform,
}: CredentialEnvironment): readonly string[] {
  const user = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers/auth.json')
  if (platform !== 'linux') return [user]
  const session = env['XDG_RUNTIME_DIR']
  if (session) return [join(session, 'containers/auth.json'), user]
  return uid === undefined ? [user] : [`/run/containers/${uid}/auth.json`, user]
}

function file(path: string, { home }: CredentialEnvironment): CredentialPlace {
  return { path, label: path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path }
}

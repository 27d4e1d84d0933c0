import { canonicalRegistry } from '@ocish/sdk'

/** The hosts of `--allow-host`, as locations name them; undefined: any may be asked. */
export function allowedNames(hosts: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return hosts && new Set(hosts.map((host) => canonicalRegistry(host) ?? host))
}

/** Docker Hub's addresses go by its one name; a port that the scheme implies may be written or not. */
export function isNamed({ protocol, host, hostname, port }: URL, names: ReadonlySet<string>): boolean {
  const implied = protocol === 'https:' ? 443 : 80
  return names.has(canonicalRegistry(host) ?? host) || (port === '' && names.has(`${hostname}:${implied}`))
}

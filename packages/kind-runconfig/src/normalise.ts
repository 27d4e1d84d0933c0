import type { Node, ObjectNode } from './document.ts'
import { schemaVersion } from './model.ts'
import { member, textOf, withMember } from './tree.ts'

const bridges: ReadonlySet<string> = new Set(['', 'bridge', 'default'])

/**
 * What ToolHive's reader makes of a configuration (specs/runconfig.md §2.6), without its side effect of storing plain
 * secrets: those are reported by `validate` and on import. Takes and gives a canonical configuration.
 */
export function normalise(root: ObjectNode): ObjectNode {
  return [emptyCollections, version, proxyMode, isolation].reduce((config, step) => step(config), root)
}

function emptyCollections(root: ObjectNode): ObjectNode {
  let result = root
  for (const key of ['env_vars', 'container_labels', 'cmd_args', 'volumes', 'secrets']) {
    const type = key === 'env_vars' || key === 'container_labels' ? 'object' : 'array'
    if ((member(result, key)?.type ?? 'null') !== 'null') continue
    const { line } = root
    const empty: Node = type === 'object' ? { type, line, members: [] } : { type, line, items: [] }
    result = withMember(result, key, empty)
  }
  return result
}

function version(root: ObjectNode): ObjectNode {
  return textOf(root, 'schema_version') === '' ? withText(root, 'schema_version', schemaVersion) : root
}

/** Only stdio has a choice; the others are proxied as what they are. */
function proxyMode(root: ObjectNode): ObjectNode {
  const transport = textOf(root, 'transport')
  const given = textOf(root, 'proxy_mode')
  const mode = transport === 'stdio' ? given || 'streamable-http' : transport
  return mode === given ? root : withText(root, 'proxy_mode', mode)
}

/** A network of its own and the host's, or none, exclude each other. */
function isolation(root: ObjectNode): ObjectNode {
  const isolated = member(root, 'isolate_network')
  const profile = member(root, 'permission_profile')
  const network = profile?.type === 'object' ? member(profile, 'network') : undefined
  const mode = network?.type === 'object' ? textOf(network, 'mode') : ''
  if (isolated?.type !== 'boolean' || !isolated.value || bridges.has(mode)) return root
  return withMember(root, 'isolate_network', { ...isolated, value: false })
}

function withText(root: ObjectNode, key: string, value: string): ObjectNode {
  return withMember(root, key, { type: 'string', line: member(root, key)?.line ?? root.line, value })
}

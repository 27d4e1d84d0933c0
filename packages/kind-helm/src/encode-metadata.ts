import { encodeGoJson, type GoJson } from '@ocish/sdk'
import type { Dependency, Maintainer, Metadata } from './metadata.ts'
import type { PlainValue } from './yaml-tree.ts'

/** The configuration blob: compact JSON in the order of Helm's Go type (specs/helm.md §3, §4). */
export function encodeConfig(metadata: Metadata): Uint8Array {
  return new TextEncoder().encode(encodeGoJson(goMetadata(metadata)))
}

/** Metadata in the member order of Helm's Go type. */
export function goMetadata(metadata: Metadata): { readonly [key: string]: GoJson | undefined } {
  return {
    name: metadata.name,
    home: metadata.home,
    sources: metadata.sources,
    version: metadata.version,
    description: metadata.description,
    keywords: metadata.keywords,
    maintainers: metadata.maintainers?.map(goMaintainer),
    icon: metadata.icon,
    apiVersion: metadata.apiVersion,
    condition: metadata.condition,
    tags: metadata.tags,
    appVersion: metadata.appVersion,
    deprecated: metadata.deprecated,
    annotations: metadata.annotations && new Map(Object.entries(metadata.annotations)),
    kubeVersion: metadata.kubeVersion,
    dependencies: metadata.dependencies?.map((one) => (one === null ? null : goDependency(one))),
    type: metadata.type,
  }
}

function goMaintainer(maintainer: Maintainer | null): GoJson {
  return maintainer && { name: maintainer.name, email: maintainer.email, url: maintainer.url }
}

/** A dependency in the member order of Helm's Go type; the lock's digest is computed from it as well. */
export function goDependency(dependency: Dependency): { readonly [key: string]: GoJson | undefined } {
  return {
    name: dependency.name,
    version: dependency.version,
    repository: dependency.repository,
    condition: dependency.condition,
    tags: dependency.tags,
    enabled: dependency.enabled,
    'import-values': dependency['import-values']?.map(goValue),
    alias: dependency.alias,
  }
}

/** A free value: Go holds it in a map, which it sorts. */
function goValue(value: PlainValue): GoJson {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return (value as readonly PlainValue[]).map(goValue)
  return new Map(Object.entries(value).map(([key, member]) => [key, goValue(member)]))
}

import { createHash } from 'node:crypto'
import { encodeGoJson, type GoJson } from '@ocish/sdk'
import { decodeText } from './chart-yaml.ts'
import { lockFile } from './constants.ts'
import { goDependency } from './encode-metadata.ts'
import { formatFloat } from './go-scalar.ts'
import { writeGoYaml } from './go-yaml-writer.ts'
import type { Dependency } from './metadata.ts'
import { parseYaml, refused } from './parse-yaml.ts'
import { toPlain, type YamlTree } from './yaml-tree.ts'

/** A dependency as Chart.lock pins it. */
export interface LockedDependency {
  readonly name: string
  readonly version?: string
  readonly repository: string
  /** The digest of the chart's manifest: an addition of ocish, which Helm passes over. */
  readonly digest?: string
}

export interface Lock {
  readonly dependencies: readonly LockedDependency[]
  /** Over what was declared and what was locked. */
  readonly digest: string
  /** RFC 3339. */
  readonly generated: string
}

/** Helm's digest of declared and locked dependencies (specs/helm.md §16). */
export function lockDigest(declared: readonly Dependency[], locked: readonly LockedDependency[]): string {
  const json = encodeGoJson([
    declared.map(goDependency),
    locked.map(({ name, version, repository }) =>
      goDependency({ name, repository, ...(version === undefined ? {} : { version }) }),
    ),
  ])
  return `sha256:${createHash('sha256').update(json).digest('hex')}`
}

/** Reads a Chart.lock. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function readLock(bytes: Uint8Array, path: string = lockFile): Lock {
  const { tree } = parseYaml(decodeText(bytes, path), path)
  if (tree.type !== 'map') throw refused(path, 'no mapping', tree.line)
  const list = tree.members.get('dependencies')
  const items = list?.type === 'list' ? list.items : []
  return {
    dependencies: items.map((item) => readLocked(item, path)),
    digest: text(tree.members.get('digest')),
    generated: text(tree.members.get('generated')),
  }
}

function readLocked(item: YamlTree, path: string): LockedDependency {
  if (item.type !== 'map') throw refused(path, 'a dependency is no mapping', item.line)
  const [version, digest] = [text(item.members.get('version')), text(item.members.get('digest'))]
  return {
    name: text(item.members.get('name')),
    repository: text(item.members.get('repository')),
    ...(version === '' ? {} : { version }),
    ...(digest === '' ? {} : { digest }),
  }
}

function text(tree: YamlTree | undefined): string {
  if (tree === undefined || tree.type === 'null' || tree.type === 'list' || tree.type === 'map') return ''
  return tree.type === 'float' ? formatFloat(tree.value) : String(tree.value)
}

/** Chart.lock as Helm writes it, with the digests of charts beside their versions. */
export function encodeLock({ dependencies, digest, generated }: Lock): Uint8Array {
  const document: GoJson = {
    dependencies: dependencies.map((one) => ({
      name: one.name,
      version: one.version,
      repository: one.repository,
      digest: one.digest,
    })),
    digest,
    generated,
  }
  return new TextEncoder().encode(writeGoYaml(document))
}

/** The document written anew: keys in order, comments gone. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function fromGoYaml(bytes: Uint8Array, path: string): Uint8Array {
  const plain = toPlain(parseYaml(decodeText(bytes, path), path).tree)
  return new TextEncoder().encode(writeGoYaml(plain))
}

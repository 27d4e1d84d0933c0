import { walk } from '@ocish/ostree-repo'
import type { PackedManifest } from '@ocish/sdk'
import { architectureOf } from './architecture.ts'
import type { CommitSource } from './open-commit.ts'
import { configPart, dockerManifest, labelsOf, subjectOf, type ImageFacts } from './image-config.ts'
import type { ImageOptions } from './image-options.ts'
import { layerPart } from './layer-part.ts'
import { splitTree } from './split-tree.ts'
import { treeEntries } from './tree-entries.ts'

/**
 * The tree as one layer, the way apt-ostree publishes it (ostree.md §11), or by package in at most `maxLayers`.
 * Errors: USAGE_INVALID_VALUE, those of reading a commit.
 */
export async function packPlain(
  source: CommitSource,
  options: ImageOptions,
  context: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): Promise<PackedManifest> {
  const { repo, checksum, commit } = source
  const { signal } = context
  const subject = subjectOf(commit, checksum)
  const split =
    (options.maxLayers ?? 1) > 1 ? await splitTree(source, options.maxLayers ?? 1, signal) : undefined
  const parts = split ?? [{ nodes: () => walk(repo, commit, { signal, contents: true }), history: subject }]
  const facts: ImageFacts = {
    checksum,
    commit,
    options,
    architecture: chosenArchitecture(source, options, context.warn),
    labels: new Map(),
    history: parts.map(({ history }, index) => (index === 0 ? subject : history)),
  }
  return packedImage(
    facts,
    parts.map(({ nodes }) => layerPart(() => treeEntries(nodes(), options), options)),
  )
}

/** What the user, the commit or the ref says, else amd64 with a warning. */
export function chosenArchitecture(
  { commit, revision }: CommitSource,
  options: ImageOptions,
  warn: (message: string) => void,
): ImageFacts['architecture'] {
  const found = architectureOf(options.arch, commit, revision)
  if (found === undefined) warn('neither the commit nor the ref names an architecture: amd64 is written')
  return found ?? { architecture: 'amd64' }
}

/** Configuration and manifest around layers. */
function packedImage(facts: ImageFacts, layers: PackedManifest['layers']): PackedManifest {
  const annotations = Object.fromEntries([...labelsOf(facts), ...facts.options.annotations])
  return {
    layers,
    config: (written) => configPart(facts, written),
    ...(facts.options.format === 'docker'
      ? { manifest: (written) => dockerManifest(facts, written) }
      : { annotations }),
  }
}

import { walk, type Commit, type Repository } from '@ocish/ostree-repo'
import { OcishError, type PackedManifest } from '@ocish/sdk'
import { architectureOf } from './architecture.ts'
import { configPart, dockerManifest, labelsOf, subjectOf, type ImageFacts } from './image-config.ts'
import type { ImageOptions } from './image-options.ts'
import { layerPart } from './layer-part.ts'
import { treeEntries } from './tree-entries.ts'

/** A commit that is about to become an image. */
export interface CommitSource {
  readonly repo: Repository
  readonly checksum: string
  readonly commit: Commit
  /** What the user called it. */
  readonly revision: string
}

/** Errors: OSTREE_REF_NOT_FOUND, OSTREE_COMMIT_PARTIAL, those of reading a commit. */
export async function openCommit(
  repo: Repository,
  revision: string,
  allowPartial: boolean,
): Promise<CommitSource> {
  const checksum = await repo.resolve(revision)
  if (!allowPartial && (await repo.isPartial(checksum)))
    throw new OcishError('OSTREE_COMMIT_PARTIAL', `only a part of the commit ${checksum} is here`, {
      hint: 'Pull the whole commit first, or add --allow-partial.',
    })
  return { repo, checksum, commit: await repo.commit(checksum), revision }
}

/** The whole tree as one layer, the way apt-ostree publishes it (ostree.md §11). */
export function packPlain(
  source: CommitSource,
  options: ImageOptions,
  context: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): PackedManifest {
  const { repo, checksum, commit } = source
  const { signal } = context
  const layer = layerPart(() => treeEntries(walk(repo, commit, { signal }), options), options)
  const facts: ImageFacts = {
    checksum,
    commit,
    options,
    architecture: chosenArchitecture(source, options, context.warn),
    labels: new Map(),
    history: [subjectOf(commit, checksum)],
  }
  return packedImage(facts, [layer])
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
export function packedImage(facts: ImageFacts, layers: PackedManifest['layers']): PackedManifest {
  const annotations = Object.fromEntries([...labelsOf(facts), ...facts.options.annotations])
  return {
    layers,
    config: (written) => configPart(facts, written),
    ...(facts.options.format === 'docker'
      ? { manifest: (written) => dockerManifest(facts, written) }
      : { annotations }),
  }
}

import { type Descriptor, hasCode } from '@ocish/sdk'
import { onSide } from './copy/failure.ts'
import { Graph } from './copy/graph.ts'
import type { CopyOptions, CopyResult } from './copy/options.ts'
import { narrowIndex } from './copy/platforms.ts'
import { Run } from './copy/run.ts'
import { descendToPlatform, type OpenedManifest, readChild, readManifest } from './open-manifest.ts'
import type { Place } from './registry.ts'

/**
 * Copies a graph: what `reference` points to at the source, and all below it. A manifest is written after all it points
 * to, the root last, with its tags; what is at the target ends its subtree; equal blobs are moved once. Bytes arrive as
 * they are, so digests stay; at the end the digest in the answer to the PUT of the root has to be the source's, which
 * costs no further request. Where everything is there already it costs one request on each side.
 *
 * Errors: those of both sides, with `details.side` and `details.descriptor`; PLATFORM_NOT_FOUND; LIMIT_EXCEEDED (indexes
 * or referrers nested deeper than 8, more than 10,000 manifests); MANIFEST_INVALID (a cycle).
 */
export async function copy(
  source: Place,
  reference: string,
  target: Place,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const run = new Run(source, target, options)
  const graph = new Graph(run)
  try {
    return await copyRoot(run, graph, reference)
  } catch (error) {
    // What else fails now only fails because of this; the first reason is the one to tell.
    run.fail(error)
    await graph.settle()
    throw run.failure
  }
}

async function copyRoot(run: Run, graph: Graph, reference: string): Promise<CopyResult> {
  const { source, options } = run
  const tags = [...new Set(options.tags)]
  // Two registries are asked at once: a round trip less.
  const probes = tags.length === 0 || run.isOneRegistry ? undefined : tags.map((tag) => statAt(run, tag))
  const asked = await onSide('source', source, undefined, () => readManifest(source, reference, run.call()))
  const root = await replaceRoot(run, graph, asked)
  const { isThere, missingTags } = await lookAtTarget(run, graph, root.descriptor, { tags, probes })
  const isSkipped = await run.isRefused(root.descriptor)
  const isComplete = isThere && missingTags.length === 0
  if (isSkipped || isComplete) await run.skip(root.descriptor, 'manifests', isSkipped ? 'hook' : 'existing')
  if (!isSkipped && !(isThere && (options.referrers ?? false) === false)) {
    await graph.discover(root, !isThere)
    await graph.write(root.descriptor.digest)
  }
  if (!isSkipped && !isComplete) await run.scheduler.run(0, () => graph.push(root, missingTags))
  return result(run, graph, asked, root, tags)
}

/** The first tag tells whether the root is there: one question in the usual cases (P11). */
async function lookAtTarget(
  run: Run,
  graph: Graph,
  root: Descriptor,
  { tags, probes }: { readonly tags: readonly string[]; readonly probes: readonly Probe[] | undefined },
): Promise<{ readonly isThere: boolean; readonly missingTags: readonly string[] }> {
  run.tell({ type: 'probing', descriptor: root })
  const asked = probes ?? (tags.length === 0 ? [root.digest] : tags).map((name) => statAt(run, name))
  const found = await Promise.all(
    asked.map((probe) =>
      onSide('destination', run.target, root, async () => (await probe)() === root.digest),
    ),
  )
  const missingTags = tags.filter((_, at) => found[at] !== true)
  // A tag that is set within one repository moves nothing: the root was just read from there.
  const isRetagged = run.isOnePlace && tags.length > 0 && !graph.isMade(root.digest)
  return { isThere: isRetagged || found.includes(true), missingTags }
}

/** The answer to a question that was asked early: the digest, undefined for nothing there, or the failure thrown. */
type Probe = Promise<() => string | undefined>

async function statAt(run: Run, name: string): Probe {
  const { target } = run
  try {
    const { descriptor } = await target.registry.statManifest(target.repository, name, run.call())
    return () => descriptor.digest
  } catch (error) {
    if (hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'REGISTRY_DENIED'))
      return () => undefined
    return () => {
      throw error
    }
  }
}

async function replaceRoot(run: Run, graph: Graph, asked: OpenedManifest): Promise<OpenedManifest> {
  const { source, options } = run
  const { platform, platforms = [], mapRoot } = options
  const call = run.call(asked.descriptor)
  return onSide('source', source, asked.descriptor, async () => {
    const chosen = platform === undefined ? asked : await descendToPlatform(source, asked, platform, call)
    const mapped = (await mapRoot?.(chosen)) ?? chosen.descriptor
    const root = mapped.digest === chosen.descriptor.digest ? chosen : await readChild(source, mapped, call)
    if (platforms.length === 0) return root
    const narrowed = await narrowIndex(source, root, platforms, options.index ?? 'fail', call)
    graph.narrow(narrowed)
    run.notices.push(...narrowed.notices)
    return narrowed.root
  })
}

function result(
  run: Run,
  graph: Graph,
  asked: OpenedManifest,
  root: OpenedManifest,
  tags: readonly string[],
): CopyResult {
  return {
    descriptor: root.descriptor,
    source: asked.descriptor,
    tags,
    moved: run.counts('moved'),
    existing: run.counts('existing'),
    mounted: run.counts('mounted'),
    skipped: run.counts('skipped'),
    referrers: graph.referrers,
    notices: run.notices,
  }
}

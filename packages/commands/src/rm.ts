import { removeReferrer } from '@ocish/core'
import { type Descriptor, hasCode, isOcishError, OcishError, parseManifest } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { isSet, textArgs } from './call-values.ts'
import { eachItem } from './each-item.ts'
import { expandRefs } from './expand-refs.ts'
import { mapOrdered } from './map-ordered.ts'
import { openArtifact, withSuggestion, type Named } from './open-artifact.ts'
import { referrersOf } from './referrers-of.ts'
import type { Services } from './services.ts'
import { lastName } from './source-name.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  return yield* eachItem(
    await expandRefs(textArgs(call, 'ref'), services, call.signal),
    (text) => removeOne(text, call, services),
    (text, error) => ({ op: 'delete', ref: text, reason: error.message, status: 'failed' }),
  )
}

async function* removeOne(text: string, call: Call, services: Services): AsyncGenerator<Row, void> {
  const artifact = await openArtifact(text, services, call.signal, 'delete')
  const whole = artifact.digest !== undefined || isSet(call, 'manifest')
  yield* whole ? removeManifest(artifact, call, services) : removeTag(artifact, call, services)
}

async function* removeTag(artifact: Named, call: Call, services: Services): AsyncGenerator<Row, void> {
  const { signal } = call
  const { registry, repository, reference, display } = artifact
  const ref = `${display}:${reference}`
  const { descriptor } = await withSuggestion(artifact, signal, () =>
    registry.statManifest(repository, reference, { signal }),
  )
  if (registry.abilities.tagDelete === false) throw tagOnly(artifact, undefined)
  const row = { op: 'delete-tag', ref, digest: descriptor.digest }
  if (services.options.dryRun) {
    yield { ...row, status: 'planned' }
    return
  }
  await services.confirm(`Delete the tag ${ref}?`)
  try {
    await registry.deleteTag(repository, reference, { signal })
  } catch (error) {
    throw hasCode(error, 'UNSUPPORTED') ? tagOnly(artifact, error) : error
  }
  await registry.commit({ signal })
  yield { ...row, status: 'deleted' }
}

/** Deleting the manifest instead would delete every tag on it without being asked (oras#1752, distribution#1859). */
function tagOnly(artifact: Named, cause: unknown): OcishError {
  const ref = `${artifact.display}:${artifact.reference}`
  return new OcishError('UNSUPPORTED', `${artifact.registry.name} cannot delete a tag without its manifest`, {
    cause,
    hint: `See what else would go with rm ${ref} --manifest --dry-run.`,
  })
}

async function* removeManifest(artifact: Named, call: Call, services: Services): AsyncGenerator<Row, void> {
  const { signal } = call
  const { registry, repository, display } = artifact
  const { descriptor } = await withSuggestion(artifact, signal, () =>
    registry.statManifest(repository, artifact.reference, { signal }),
  )
  const tags = await tagsOn(artifact, descriptor, services, signal)
  const referrers = await referrersDeepestFirst(artifact, descriptor.digest, services, signal)
  const removed = isSet(call, 'referrers') ? referrers : []
  const rows = [
    ...removed.map(({ digest }) => action(artifact, digest, 'a referrer')),
    action(artifact, descriptor.digest, tags.length === 0 ? 'no tag' : `tags: ${tags.join(', ')}`),
  ]
  if (services.options.dryRun) {
    for (const row of rows) yield { ...row, status: 'planned' }
    return
  }
  const left = isSet(call, 'referrers') ? 0 : referrers.length
  await services.confirm(question(display, descriptor.digest, tags, removed.length, left), {
    details: referrers.map(({ kind, digest }) => `${kind}  ${digest}`),
    ...(tags.length > 1 || referrers.length > 0
      ? { typed: artifact.tag ?? tags.at(-1) ?? lastName(artifact.location) }
      : {}),
  })
  if (!services.options.yes) await checkUnchanged(artifact, descriptor, tags, services, signal)
  for (const row of rows) {
    // Referrers before what they refer to, so that nothing dangles when one of them cannot be deleted.
    const subject = await subjectOf(artifact, row.digest, signal)
    await registry.deleteManifest(repository, row.digest, { signal })
    if (subject !== undefined) await forgetReferrer(artifact, row.digest, subject, services, signal)
    yield { ...row, status: 'deleted' }
  }
  await registry.commit({ signal })
}

/**
 * T34 Between the question and the answer somebody may have moved a tag: what was agreed to is deleted, or nothing.
 * Errors: PRECONDITION_FAILED.
 */
async function checkUnchanged(
  artifact: Named,
  descriptor: Descriptor,
  agreed: readonly string[],
  services: Services,
  signal: AbortSignal,
): Promise<void> {
  const now = await tagsOn(artifact, descriptor, services, signal)
  const added = now.filter((tag) => !agreed.includes(tag))
  const gone = agreed.filter((tag) => !now.includes(tag))
  if (added.length === 0 && gone.length === 0) return
  throw new OcishError(
    'PRECONDITION_FAILED',
    `the tags on ${descriptor.digest} changed since the question: ${[...added, ...gone].join(', ')}`,
    { hint: 'Nothing was deleted. Run it again to see what there is now.' },
  )
}

async function subjectOf(artifact: Named, digest: string, signal: AbortSignal): Promise<string | undefined> {
  const { bytes, descriptor } = await artifact.registry.openManifest(artifact.repository, digest, { signal })
  return parseManifest(bytes, descriptor.mediaType).subject?.digest
}

/** On a registry without the referrers API the tag that lists it is put right, as far as that works (oras#1228). */
async function forgetReferrer(
  artifact: Named,
  digest: string,
  subject: string,
  services: Services,
  signal: AbortSignal,
): Promise<void> {
  try {
    await removeReferrer(artifact, digest, subject, {
      signal,
      exclusive: (key, act) => services.exclusive(key, signal, act),
    })
  } catch (error) {
    if (!isOcishError(error)) throw error
    services.warn(`${digest} is still listed as a referrer of ${subject}: ${error.message}`)
  }
}

function action(
  artifact: Named,
  digest: string,
  reason: string,
): { readonly op: string; readonly ref: string; readonly digest: string; readonly reason: string } {
  return { op: 'delete-manifest', ref: `${artifact.display}@${digest}`, digest, reason }
}

function question(
  display: string,
  digest: string,
  tags: readonly string[],
  removed: number,
  left: number,
): string {
  const parts = [`Delete the manifest ${digest} in ${display}`]
  if (tags.length > 0)
    parts.push(` and ${tags.length === 1 ? 'the tag' : `${tags.length} tags`} ${tags.join(', ')}`)
  if (removed > 0) parts.push(` and ${removed} referrer${removed === 1 ? '' : 's'}`)
  if (left > 0) parts.push(` (${left} referrer${left === 1 ? ' is' : 's are'} left without a subject)`)
  return `${parts.join('')}?`
}

async function tagsOn(
  artifact: Named,
  { digest }: Descriptor,
  services: Services,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { registry, repository } = artifact
  const found: string[] = []
  const names = registry.tags(repository, { signal })
  const digests = mapOrdered(names, services.options.concurrency, async (tag) => {
    const { descriptor } = await registry.statManifest(repository, tag, { signal })
    return { tag, digest: descriptor.digest }
  })
  for await (const entry of digests) if (entry.digest === digest) found.push(entry.tag)
  return found
}

async function referrersDeepestFirst(
  artifact: Named,
  digest: string,
  services: Services,
  signal: AbortSignal,
): Promise<readonly { readonly kind: string; readonly digest: string }[]> {
  const found: { kind: string; digest: string }[] = []
  const kinds = services.kinds.list()
  for await (const { row } of referrersOf(artifact, digest, { depth: 64, kinds, signal }))
    found.unshift({ kind: String(row['kind']), digest: String(row['digest']) })
  return found
}

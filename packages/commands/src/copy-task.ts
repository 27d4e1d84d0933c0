import { copy, type CopyOptions, type CopyResult } from '@ocish/core'
import { type Descriptor, hasCode, OcishError } from '@ocish/sdk'
import type { Row } from '@ocish/shell'
import { sizeOf } from './artifact-facts.ts'
import { type Named, readManifest, withSuggestion } from './open-artifact.ts'
import type { Opened, Services } from './services.ts'

/** One artifact and where it goes. */
export interface CopyTask {
  readonly from: Named
  readonly to: Opened
  /** Absent: by digest only. */
  readonly tag?: string
}

/** Where the copy will be, as a person writes it; the digest is known only afterwards where there is no tag. */
export function targetRef({ to, tag }: CopyTask): string {
  return tag === undefined ? to.display : `${to.display}:${tag}`
}

/** What is copied, as a person writes it. */
export function sourceRef({ from }: CopyTask): string {
  return `${from.display}${from.digest === undefined ? ':' : '@'}${from.reference}`
}

/** Copies. Errors: those of `copy`, with the closest tags where a tag is not there. */
export async function copyNow(
  task: CopyTask,
  settings: CopyOptions,
  services: Services,
): Promise<CopyResult> {
  const { from, to, tag } = task
  const { signal } = settings
  const result = await withSuggestion(from, signal!, () =>
    copy(from, from.reference, to, {
      ...settings,
      ...(to.location.scheme === 'docker-archive' && { mapRoot: oneImage }),
      tags: tag === undefined ? [] : [tag],
    }),
  )
  for (const notice of result.notices) services.note(`${from.location.text}: ${notice}`)
  if (settings.platform !== undefined && result.source.digest !== result.descriptor.digest) {
    services.note(
      `one platform of ${from.location.text}: signatures of the index do not cover ${result.descriptor.digest}`,
    )
  }
  return result
}

/** A docker-archive holds images alone: an index is refused before anything is moved. Errors: UNSUPPORTED. */
function oneImage({ manifest, descriptor }: Parameters<NonNullable<CopyOptions['mapRoot']>>[0]): Descriptor {
  if (manifest.form === 'image') return descriptor
  throw new OcishError(
    'UNSUPPORTED',
    `a docker-archive holds images, and ${descriptor.digest} is an ${manifest.form}`,
    {
      hint: 'Choose one with --platform linux/amd64, or write tar:FILE, which holds everything.',
    },
  )
}

/** What a copy would do. */
export async function* plannedCopy(
  task: CopyTask,
  services: Services,
  signal: AbortSignal,
): AsyncGenerator<Row, void> {
  const start = performance.now()
  const { content, manifest } = await readManifest(task.from, services, signal)
  const { digest } = content.descriptor
  const there = await digestAt(task.to, task.tag ?? digest, signal)
  const status = there === digest ? 'existing' : 'planned'
  const bytes = status === 'existing' ? 0 : (sizeOf(manifest) ?? content.descriptor.size)
  yield transfer(targetRef(task), bytes, start, { digest, status, source: sourceRef(task) })
}

/** What a copy did. */
export function copiedRow(task: CopyTask, result: CopyResult, start: number): Row {
  const { moved, existing, mounted, descriptor } = result
  const nothing = moved.manifests === 0 && moved.blobs === 0 && mounted.blobs === 0
  const ref = task.tag === undefined ? `${task.to.display}@${descriptor.digest}` : targetRef(task)
  return transfer(ref, moved.bytes, start, {
    digest: descriptor.digest,
    reused: existing.bytes,
    mounted: mounted.bytes,
    status: nothing ? 'existing' : 'done',
    source: sourceRef(task),
  })
}

/** A row of type Transfer; `start` is a time of `performance.now`. */
export function transfer(ref: string, bytes: number, start: number, rest: Row): Row {
  return { ref, bytes, reused: 0, mounted: 0, ms: Math.round(performance.now() - start), ...rest }
}

/** The digest a reference has now; undefined where it, or its repository, is not there. */
export async function digestAt(
  place: Opened,
  reference: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { descriptor } = await place.registry.statManifest(place.repository, reference, { signal })
    return descriptor.digest
  } catch (error) {
    if (hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) return undefined
    throw error
  }
}

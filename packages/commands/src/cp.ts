import { copy, type CopyResult } from '@ocish/core'
import { hasCode, type Location, OcishError } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { sizeOf } from './artifact-facts.ts'
import { isSet, textArg, textArgs } from './call-values.ts'
import { eachItem } from './each-item.ts'
import { expandRefs } from './expand-refs.ts'
import { openArtifact, readManifest, withSuggestion, type Named } from './open-artifact.ts'
import type { Opened, Services } from './services.ts'
import type { Run } from './run.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const sources = await expandRefs(textArgs(call, 'src'), services, signal)
  const destination = textArg(call, 'dst')
  const written = new Set<Opened['registry']>()
  const outcome = yield* eachItem(
    await namedSources(sources, call, services),
    (source) => copyOne(source, destination, sources.length, call, services, written),
    (source, error) => ({ ref: source.location.text, status: 'failed', reason: error.message }),
  )
  for (const registry of written) await registry.commit({ signal })
  return outcome
}

async function namedSources(
  texts: readonly string[],
  call: Call,
  services: Services,
): Promise<readonly Named[]> {
  const all: Named[] = []
  for (const text of texts) {
    all.push(
      ...(isSet(call, 'all-tags')
        ? await everyTag(text, call, services)
        : [await named(text, call, services)]),
    )
  }
  return all
}

function named(text: string, call: Call, services: Services): Promise<Named> {
  return openArtifact(text, services, call.signal)
}

async function everyTag(text: string, call: Call, services: Services): Promise<readonly Named[]> {
  const opened = await services.open(text, 'read')
  if (opened.reference !== undefined) {
    throw new OcishError('USAGE_CONFLICT', `--all-tags takes a repository, and ${text} names an artifact`)
  }
  const all: Named[] = []
  for await (const tag of opened.registry.tags(opened.repository, { signal: call.signal })) {
    all.push({ ...opened, reference: tag, tag })
  }
  return all
}

async function* copyOne(
  from: Named,
  destination: string,
  count: number,
  call: Call,
  services: Services,
  written: Set<Opened['registry']>,
): AsyncGenerator<Row, void> {
  const start = performance.now()
  const to = await services.open(destinationFor(from, destination), 'write')
  const tag = tagFor(from, to, destination, count)
  const ref = tag === undefined ? to.display : `${to.display}:${tag}`
  if (
    isSet(call, 'skip-existing') &&
    tag !== undefined &&
    (await digestAt(to, tag, call.signal)) !== undefined
  ) {
    yield row(ref, 0, start, { status: 'skipped' })
  } else if (services.options.dryRun) {
    yield* planned(from, to, ref, tag, call, services)
  } else {
    const result = await copyNow(from, to, tag, call, services)
    written.add(to.registry)
    yield rowOf(tag === undefined ? `${ref}@${result.descriptor.digest}` : ref, result, start)
  }
}

async function copyNow(
  from: Named,
  to: Opened,
  tag: string | undefined,
  call: Call,
  services: Services,
): Promise<CopyResult> {
  const { signal } = call
  const { platform, concurrency } = services.options
  const result = await withSuggestion(from, signal, () =>
    copy(from, from.reference, to, {
      signal,
      concurrency,
      tags: tag === undefined ? [] : [tag],
      ...(platform === undefined ? {} : { platform }),
      referrers: isSet(call, 'recursive') || isSet(call, 'referrers'),
      onTransfer: services.progress,
      exclusive: (key, act) => services.exclusive(key, signal, act),
    }),
  )
  if (result.source.digest !== result.descriptor.digest) {
    services.note(
      `one platform of ${from.location.text}: signatures of the index do not cover ${result.descriptor.digest}`,
    )
  }
  return result
}

/** `NAMESPACE/` keeps the last name of the source. */
function destinationFor(from: Named, destination: string): string {
  return destination.endsWith('/') ? `${destination}${lastName(from.location)}` : destination
}

function lastName(location: Location): string {
  const path =
    location.scheme === 'registry' || location.scheme === 'cache'
      ? (location.repository ?? '')
      : 'path' in location
        ? location.path.replace(/\/+$/, '').replace(/\.tar$/, '')
        : location.text
  return path.slice(path.lastIndexOf('/') + 1)
}

function tagFor(from: Named, to: Opened, destination: string, count: number): string | undefined {
  if (to.digest !== undefined) {
    throw new OcishError('USAGE_INVALID_VALUE', `${destination} names a digest, which the source decides`, {
      hint: 'Name a tag, or the repository alone.',
    })
  }
  if (to.tag !== undefined && count > 1) {
    throw new OcishError('USAGE_CONFLICT', `${count} sources cannot all become ${destination}`, {
      hint: 'Name the repository alone, or NAMESPACE/.',
    })
  }
  return to.tag ?? from.tag ?? (from.digest === undefined ? from.reference : undefined)
}

async function digestAt(to: Opened, reference: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { descriptor } = await to.registry.statManifest(to.repository, reference, { signal })
    return descriptor.digest
  } catch (error) {
    if (hasCode(error, 'MANIFEST_NOT_FOUND', 'TAG_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) return undefined
    throw error
  }
}

async function* planned(
  from: Named,
  to: Opened,
  ref: string,
  tag: string | undefined,
  call: Call,
  services: Services,
): AsyncGenerator<Row, void> {
  const start = performance.now()
  const { content, manifest } = await readManifest(from, services, call.signal)
  const { digest } = content.descriptor
  const there = await digestAt(to, tag ?? digest, call.signal)
  const status = there === digest ? 'existing' : 'planned'
  yield row(ref, status === 'existing' ? 0 : (sizeOf(manifest) ?? content.descriptor.size), start, {
    digest,
    status,
  })
}

function rowOf(ref: string, result: CopyResult, start: number): Row {
  const { moved, existing, mounted, descriptor } = result
  const nothing = moved.manifests === 0 && moved.blobs === 0 && mounted.blobs === 0
  return row(ref, moved.bytes, start, {
    digest: descriptor.digest,
    reused: existing.bytes,
    mounted: mounted.bytes,
    status: nothing ? 'existing' : 'done',
  })
}

function row(ref: string, bytes: number, start: number, rest: Row): Row {
  return { ref, bytes, reused: 0, mounted: 0, ms: Math.round(performance.now() - start), ...rest }
}

import { type Bytes, type Descriptor, hasCode, inlineData, isForeignLayer } from '@ocish/sdk'
import { withAttempts } from '../attempts.ts'
import { counted, fromBytes } from '../bytes.ts'
import type { Feed, Sink, Upload } from '../registry.ts'
import { paced } from '../rate-limit.ts'
import { fromSource, onSide, withSide } from './failure.ts'
import { pumpBlob } from './pump.ts'
import type { Run } from './run.ts'

/** Brings one blob to the target: it is there, it is mounted, or it is moved. */
export async function copyBlob(run: Run, blob: Descriptor): Promise<void> {
  if (run.isOnePlace) return run.skip(blob, 'blobs', 'existing')
  const isForeign = isForeignLayer(blob) || (blob.urls ?? []).length > 0
  if (isForeign && run.options.includeForeign !== true) return run.skip(blob, 'blobs', 'foreign')
  if (await run.isRefused(blob)) return run.skip(blob, 'blobs', 'hook')
  run.tell({ type: 'waiting', descriptor: blob })
  const { candidates, isLikelyThere } = await mountCandidates(run, blob)
  const isAsked = isLikelyThere || candidates.length === 0
  if (isAsked && (await run.scheduler.run(0, () => isThere(run, blob))))
    return run.skip(blob, 'blobs', 'existing')
  return run.scheduler.run(blob.size, () => transfer(run, blob, candidates))
}

async function transfer(run: Run, blob: Descriptor, candidates: readonly string[]): Promise<void> {
  let upload: Upload | undefined
  if (candidates.length > 0) {
    run.tell({ type: 'mounting', descriptor: blob })
    const result = await mount(run, blob, candidates)
    if (result.from !== undefined) {
      await run.finished(blob, 'blobs', 'mounted')
      await run.options.mounted?.(blob, result.from)
      return
    }
    upload = result.upload
  }
  const isAdopted = await adopt(run, blob)
  if (isAdopted) await upload?.cancel({ signal: run.signal })
  const isMoved = isAdopted || (await move(run, blob, upload))
  return isMoved ? run.finished(blob, 'blobs', 'moved') : run.skip(blob, 'blobs', 'existing')
}

/** Each refusal costs a request. */
const maxCandidates = 3

interface Candidates {
  readonly candidates: readonly string[]
  /** One HEAD is then likely to be all that is needed. */
  readonly isLikelyThere: boolean
}

async function mountCandidates(run: Run, blob: Descriptor): Promise<Candidates> {
  const { source, target, options } = run
  if (target.registry.abilities.mount === false) return { candidates: [], isLikelyThere: false }
  const known = [
    ...(run.isOneRegistry ? [source.repository] : []),
    ...((await options.mountFrom?.(blob)) ?? []),
    ...((await target.registry.blobLocations?.(blob.digest).catch(() => [])) ?? []),
  ]
  const others = new Set(known.filter((repository) => repository !== target.repository))
  return {
    candidates: [...others].slice(0, maxCandidates),
    isLikelyThere: known.includes(target.repository),
  }
}

interface Mounted {
  readonly from?: string
  readonly upload?: Upload
}

/** The mount request is the upload's start as well (performance.md, rule 1), so a blob is never probed before it. */
async function mount(run: Run, blob: Descriptor, candidates: readonly string[]): Promise<Mounted> {
  const { registry, repository } = run.target
  let session: Upload | undefined
  for (const from of candidates) {
    // The second candidate is only asked when the first has refused.
    // eslint-disable-next-line no-await-in-loop
    const result = await onSide('destination', run.target, blob, () =>
      registry
        .mountBlob(repository, blob.digest, from, { size: blob.size, ...run.call(blob) })
        .catch(refusal),
    )
    // eslint-disable-next-line no-await-in-loop
    if (session !== undefined) await session.cancel({ signal: run.signal })
    if (result.mounted !== undefined) return { from }
    session = result.upload
  }
  return session === undefined ? {} : { upload: session }
}

/** Some registries answer an error instead of an upload session (401 and 403 for the other repository, 500). */
function refusal(error: unknown): { readonly mounted?: undefined; readonly upload?: undefined } {
  if (
    hasCode(
      error,
      'UNSUPPORTED',
      'REGISTRY_UNAUTHORIZED',
      'REGISTRY_DENIED',
      'REGISTRY_REJECTED',
      'REGISTRY_UNAVAILABLE',
    )
  )
    return {}
  throw error
}

async function isThere(run: Run, blob: Descriptor): Promise<boolean> {
  run.tell({ type: 'probing', descriptor: blob })
  const { registry, repository } = run.target
  try {
    const { size } = await registry.statBlob(repository, blob.digest, run.call(blob))
    // Another size: either there is only a part of it, or the source's descriptor is wrong. Moving it shows which.
    return size === blob.size
  } catch (error) {
    // Whoever may push but not read is told 403 (distribution.md §1.9): unknown, so it is pushed.
    if (hasCode(error, 'BLOB_NOT_FOUND', 'REPOSITORY_NOT_FOUND', 'REGISTRY_DENIED', 'UNSUPPORTED'))
      return false
    return onSide('destination', run.target, blob, () => Promise.reject(error))
  }
}

/** Two registries of this machine share files: nothing is read and written that the file system can share. */
async function adopt(run: Run, blob: Descriptor): Promise<boolean> {
  const { source, target, signal } = run
  if (target.registry.adoptBlob === undefined) return false
  const file = await onSide('source', source, blob, async () =>
    source.registry.blobFile?.(source.repository, blob.digest, { signal }),
  )
  if (file === undefined) return false
  try {
    await target.registry.adoptBlob(target.repository, blob, file, { signal })
    return true
  } catch (error) {
    const isSource = hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH')
    const [side, place] = isSource ? (['source', source] as const) : (['destination', target] as const)
    throw withSide(error, side, place, blob)
  }
}

/** Wrong bytes are asked for once more: a prefix of an interrupted transfer, or a proxy's cache, may be what is wrong. */
const attempts = 2

/** False: somebody else brought it meanwhile, and nothing was asked of the source. */
async function move(run: Run, blob: Descriptor, upload: Upload | undefined): Promise<boolean> {
  const keepsParts = run.target.registry.receiveBlob !== undefined
  if (keepsParts) await upload?.cancel({ signal: run.signal })
  for (let attempt = 1; ; attempt += 1) {
    try {
      // eslint-disable-next-line no-await-in-loop -- one attempt after the other
      if (keepsParts) return await receive(run, blob)
      // eslint-disable-next-line no-await-in-loop
      await push(run, blob, attempt === 1 ? upload : undefined)
      return true
    } catch (error) {
      run.signal.throwIfAborted()
      if (attempt === attempts || !hasCode(error, 'DIGEST_MISMATCH')) throw withAttempts(error, attempt)
      run.tell({ type: 'retrying', descriptor: blob, seconds: 0, reason: 'its digest was wrong' })
    }
  }
}

/** Into a target that keeps what arrived: only the rest of an interrupted transfer is asked for. False: nothing was. */
async function receive(run: Run, blob: Descriptor): Promise<boolean> {
  const { target } = run
  const fed = feedFrom(run, blob)
  try {
    await target.registry.receiveBlob?.(target.repository, blob, fed.feed, run.call(blob))
    return fed.isAsked
  } catch (error) {
    if (fed.failure !== undefined) throw fed.failure.error
    // The target found out, but the bytes are the source's.
    const isSource = hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH')
    throw blame(run, blob, error, isSource)
  }
}

interface FedFrom {
  readonly feed: Feed
  isAsked: boolean
  /** Why the source failed, where it did. */
  failure: { readonly error: unknown } | undefined
}

/** The blob by the fast way of the source: within the rate, and told. */
function feedFrom(run: Run, blob: Descriptor): FedFrom {
  const { source, options } = run
  const fed: FedFrom = { failure: undefined, isAsked: false, feed }
  async function feed(start: number, sink: Sink): Promise<void> {
    fed.isAsked = true
    fed.failure = undefined
    let failedSink = false
    let done = start
    const take = async (part: Uint8Array): Promise<void> => {
      done += part.length
      try {
        await sink(part)
      } catch (error) {
        failedSink = true
        throw error
      }
      run.tell({ type: 'moving', descriptor: blob, done })
    }
    try {
      await pumpBlob(source, blob, start, paced(take, options.rateLimit, run.signal), run.call(blob))
    } catch (error) {
      if (!failedSink) fed.failure = { error: withSide(error, 'source', source, blob) }
      throw error
    }
  }
  return fed
}

async function push(run: Run, blob: Descriptor, upload: Upload | undefined): Promise<void> {
  const { source, target } = run
  const { digest, size, mediaType } = blob
  const inline = inlineData(blob)
  let failure: { readonly error: unknown } | undefined
  const read = async (start: number): Promise<Bytes> => {
    const call = run.call(blob)
    if (inline !== undefined) return fromBytes(inline.slice(start))
    if (start === 0) return (await source.registry.openBlob(source.repository, blob, call)).bytes
    return (await source.registry.openRange(source.repository, digest, start, call)).bytes
  }
  const open = async function* (start: number): AsyncGenerator<Uint8Array, void, undefined> {
    failure = undefined
    try {
      yield* passing(
        run,
        blob,
        start,
        fromSource(source, blob, () => read(start)),
      )
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  const fed = feedFrom(run, blob)
  try {
    await target.registry.pushBlob(target.repository, { digest, size, mediaType }, () => open(0), {
      ...run.call(blob),
      feed: fed.feed,
      ...(source.registry.abilities.range === true && { openFrom: open }),
      ...(upload && { upload }),
    })
  } catch (error) {
    // A target that reads a broken stream may say so in its own words; what broke is the source.
    const broken = fed.failure ?? failure
    if (broken !== undefined) throw broken.error
    throw blame(run, blob, error, isWrongContent(error))
  }
}

/** The target was fed what it verified itself. */
function isWrongContent(error: unknown): boolean {
  return hasCode(error, 'DIGEST_MISMATCH', 'SIZE_MISMATCH') && error.details?.['where'] === 'content'
}

function blame(run: Run, blob: Descriptor, error: unknown, isSource: boolean): unknown {
  return isSource
    ? withSide(error, 'source', run.source, blob)
    : withSide(error, 'destination', run.target, blob)
}

/** Bytes on their way: within the rate, and told. */
async function* passing(
  run: Run,
  blob: Descriptor,
  start: number,
  bytes: Bytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { rateLimit } = run.options
  const told = counted(bytes, (done) => {
    run.tell({ type: 'moving', descriptor: blob, done: start + done })
  })
  for await (const chunk of told) {
    await rateLimit?.take(chunk.length, run.signal)
    yield chunk
  }
}

import type { Call, Row } from '@ocish/shell'
import { type Descriptor, hasCode, type Manifest, parseManifest } from '@ocish/sdk'
import { artifactFacts } from './artifact-facts.ts'
import { wants } from './call-values.ts'
import { mapOrdered } from './map-ordered.ts'
import type { Opened, Services } from './services.ts'

const manifestColumns = ['kind', 'mediaType', 'artifactType', 'size', 'created', 'age', 'platforms']

/** What a Tag row needs beyond the tag's name. */
export interface TagRowOptions {
  /** Only this kind: the manifest of every tag is read. */
  readonly kind?: string
  /** Only what was created after this time. */
  readonly after?: Date
  /** Only what this says of the manifest. */
  readonly keep?: (manifest: Manifest, descriptor: Descriptor) => boolean
}

/**
 * Rows of type Tag. The name alone costs nothing more; `digest` a HEAD for each tag, the other columns its manifest, and
 * `created` of an image its configuration.
 */
export async function* tagRows(
  opened: Opened,
  tags: AsyncIterable<string>,
  call: Call,
  services: Services,
  options: TagRowOptions = {},
): AsyncGenerator<Row, void> {
  const { limit } = call
  // What nobody reads is not asked for ahead of time.
  const wanted = limit === undefined || isFiltered(options) ? tags : first(tags, limit)
  const rows = mapOrdered(
    wanted,
    Math.min(services.options.concurrency, Math.max(1, limit ?? Infinity)),
    (tag) => tagRow(opened, tag, call, services, options),
  )
  for await (const row of rows) if (row !== undefined) yield row
}

async function* first(tags: AsyncIterable<string>, count: number): AsyncGenerator<string, void> {
  let left = count
  if (left <= 0) return
  for await (const tag of tags) {
    yield tag
    left -= 1
    if (left === 0) return
  }
}

async function tagRow(
  opened: Opened,
  tag: string,
  call: Call,
  services: Services,
  options: TagRowOptions,
): Promise<Row | undefined> {
  const row = { ref: `${opened.display}:${tag}`, tag }
  const filtered = isFiltered(options)
  if (filtered || manifestColumns.some((column) => wants(call, column))) {
    return readableRow(row, opened, call, services, options)
  }
  if (!wants(call, 'digest')) return row
  const { descriptor } = await opened.registry.statManifest(opened.repository, tag, { signal: call.signal })
  return { ...row, digest: descriptor.digest }
}

function isFiltered({ kind, after, keep }: TagRowOptions): boolean {
  return kind !== undefined || after !== undefined || keep !== undefined
}

/** What is no manifest for us (Docker's schema 1, a broken one) is a warning: the other tags are still listed. */
const unreadable = [
  'MANIFEST_INVALID',
  'MANIFEST_NOT_FOUND',
  'UNSUPPORTED',
  'LIMIT_EXCEEDED',
  'DIGEST_MISMATCH',
]

async function readableRow(
  row: { readonly ref: string; readonly tag: string },
  opened: Opened,
  call: Call,
  services: Services,
  options: TagRowOptions,
): Promise<Row | undefined> {
  try {
    return await detailedRow(row, opened, call, services, options)
  } catch (error) {
    if (!hasCode(error, ...unreadable)) throw error
    services.warn(`${row.ref}: ${error.message}`)
    return isFiltered(options) ? undefined : row
  }
}

async function detailedRow(
  row: { readonly ref: string; readonly tag: string },
  opened: Opened,
  call: Call,
  services: Services,
  options: TagRowOptions,
): Promise<Row | undefined> {
  const { signal } = call
  const { registry, repository } = opened
  const { bytes, descriptor } = await registry.openManifest(repository, row.tag, { signal })
  const manifest = parseManifest(bytes, descriptor.mediaType)
  if (options.keep?.(manifest, descriptor) === false) return undefined
  const created = options.after !== undefined || wants(call, 'created') || wants(call, 'age')
  const facts = await artifactFacts(opened, manifest, services, { signal, created })
  if (options.kind !== undefined && facts.kind !== options.kind) return undefined
  if (options.after !== undefined && !(facts.created !== undefined && facts.created > options.after))
    return undefined
  const age = facts.created === undefined ? {} : { age: Date.now() - facts.created.getTime() }
  return { ...row, digest: descriptor.digest, mediaType: descriptor.mediaType, ...facts, ...age }
}

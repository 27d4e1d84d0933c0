import { createHash } from 'node:crypto'
import { OcishError } from '@ocish/sdk'
import { decodeVariant, encodeVariant, swap64, type Variant, type VariantValue } from './gvariant.ts'

/** A commit object (ostree.md §5.3). Checksums are 64 hex digits. */
export interface Commit {
  readonly parent?: string
  /** In the order of the object; integers inside are little-endian. */
  readonly metadata: ReadonlyMap<string, Variant>
  readonly subject: string
  readonly body: string
  /** Seconds since 1970. */
  readonly timestamp: number
  /** Checksum of the root's `.dirtree`. */
  readonly tree: string
  /** Checksum of the root's `.dirmeta`. */
  readonly meta: string
}

const type = '(a{sv}aya(say)sstayay)'
const year10000 = 253_402_300_800n

type Fields = readonly [
  readonly (readonly [string, Variant])[],
  Uint8Array,
  readonly VariantValue[],
  string,
  string,
  bigint,
  Uint8Array,
  Uint8Array,
]

/** Errors: OSTREE_OBJECT_INVALID. */
export function decodeCommit(bytes: Uint8Array): Commit {
  const [pairs, parent, , subject, body, swapped, tree, meta] = decodeVariant(
    type,
    bytes,
  ) as unknown as Fields
  const timestamp = swap64(swapped)
  if (timestamp >= year10000) throw new OcishError('OSTREE_OBJECT_INVALID', 'a commit after the year 9999')
  return {
    ...(parent.length > 0 && { parent: decodeChecksum(parent) }),
    metadata: decodeMetadata(pairs),
    subject,
    body,
    timestamp: Number(timestamp),
    tree: decodeChecksum(tree),
    meta: decodeChecksum(meta),
  }
}

/** The object's bytes; their SHA-256 is the commit's checksum. */
export function encodeCommit(commit: Commit): Buffer {
  const bytesOf = (checksum: string): Buffer => Buffer.from(checksum, 'hex')
  return encodeVariant(type, [
    [...commit.metadata].map(([key, value]) => [key, value]),
    bytesOf(commit.parent ?? ''),
    [],
    commit.subject,
    commit.body,
    swap64(BigInt(commit.timestamp)),
    bytesOf(commit.tree),
    bytesOf(commit.meta),
  ])
}

function decodeMetadata(pairs: readonly (readonly [string, Variant])[]): ReadonlyMap<string, Variant> {
  const metadata = new Map(pairs)
  if (metadata.size !== pairs.length || metadata.has(''))
    throw new OcishError('OSTREE_OBJECT_INVALID', 'commit metadata with an empty or repeated key')
  return metadata
}

/** Reads an `a{sv}`: detached metadata. Errors: OSTREE_OBJECT_INVALID. */
export function decodeDetached(bytes: Uint8Array): ReadonlyMap<string, Variant> {
  return new Map(decodeVariant('a{sv}', bytes) as unknown as readonly (readonly [string, Variant])[])
}

/** 32 bytes as 64 hex digits. Errors: OSTREE_OBJECT_INVALID. */
export function decodeChecksum(bytes: Uint8Array): string {
  if (bytes.length !== 32) throw new OcishError('OSTREE_OBJECT_INVALID', 'a checksum that has not 32 bytes')
  return Buffer.from(bytes).toString('hex')
}

/** What stays the same when only metadata and time change: SHA-256 of both root checksums (ostree.md §5.3). */
export function contentChecksum(commit: Pick<Commit, 'tree' | 'meta'>): string {
  return createHash('sha256').update(commit.tree, 'hex').update(commit.meta, 'hex').digest('hex')
}

/** A string of the commit's metadata, where it is one. */
export function metadataText(commit: Commit, key: string): string | undefined {
  const value = commit.metadata.get(key)?.value
  return typeof value === 'string' ? value : undefined
}

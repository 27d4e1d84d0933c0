import { contentChecksum, type Commit, type Variant, type VariantValue } from '@ocish/ostree-repo'
import type { FieldValue } from '@ocish/sdk'
import { formatTime } from './image-options.ts'

/** A commit as a value for people and programs. */
export function showCommit(checksum: string, commit: Commit): Readonly<Record<string, FieldValue>> {
  return {
    commit: checksum,
    parent: commit.parent ?? '',
    contentChecksum: contentChecksum(commit),
    time: formatTime(commit.timestamp),
    subject: commit.subject,
    body: commit.body,
    metadata: Object.fromEntries([...commit.metadata].map(([key, one]) => [key, plain(one)])),
  }
}

/** Bytes become hex, large integers text. */
function plain(value: VariantValue): FieldValue {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  return isVariant(value) ? plain(value.value) : value.map(plain)
}

function isVariant(value: Variant | readonly VariantValue[]): value is Variant {
  return 'type' in value
}

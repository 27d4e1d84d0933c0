import { createHash } from 'node:crypto'
import { OcishError } from '@ocish/sdk'

/** Whether a part of a divided run has this repository in its share. */
export type InShard = (repository: string) => boolean

/**
 * `i/n`, `i` from 0 as an indexed Kubernetes Job counts: a repository belongs to shard sha256(name) mod n, so that none is
 * split and a source that changes moves no work (architecture.md, Scale). Errors: USAGE_INVALID_VALUE.
 */
export function shardOf(text: string | undefined): InShard {
  if (text === undefined) return () => true
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? []
  const number = Number(index)
  const all = Number(count)
  if (index === undefined || all < 1 || number >= all) {
    throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(text)} is no part of a whole`, {
      hint: 'Write i/n with i from 0 to n-1, such as 0/8.',
    })
  }
  return (repository) => Number(numberOf(repository) % BigInt(all)) === number
}

function numberOf(repository: string): bigint {
  return BigInt(`0x${createHash('sha256').update(repository).digest('hex')}`)
}

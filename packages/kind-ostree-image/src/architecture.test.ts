import type { Commit, Variant } from '@ocish/ostree-repo'
import { openRepo } from '@ocish/ostree-repo'
import { kindContext } from '@ocish/testing'
import { describe, expect, it } from 'vitest'
import { architectureOf } from './architecture.ts'
import { imageOptions } from './image-options.ts'
import { openCommit } from './open-commit.ts'
import { packPlain } from './pack-plain.ts'
import { smallRef, smallSource } from './small-repo.test-kit.ts'

function commitWith(told?: string): Commit {
  const metadata = new Map<string, Variant>()
  if (told !== undefined) metadata.set('ostree.architecture', { type: 's', value: told })
  return { metadata, subject: '', body: '', timestamp: 0, tree: '', meta: '' }
}

describe('the architecture of an image (ostree.md §11)', () => {
  it.each([
    ['what is asked comes first', 'arm64', 'x86_64', 'os/s390x', { architecture: 'arm64' }],
    ['as the kernel calls it', 'aarch64', undefined, 'os', { architecture: 'arm64' }],
    ['with a variant', 'arm/v6', undefined, 'os', { architecture: 'arm', variant: 'v6' }],
    ['then the metadata', undefined, 'x86_64', 'os/s390x', { architecture: 'amd64' }],
    ['also one that nobody knows', undefined, 'loong64', 'os/s390x', { architecture: 'loong64' }],
    ['then the ref', undefined, undefined, 'origin:debian/12/armv7l', { architecture: 'arm', variant: 'v7' }],
    ['or else none', undefined, undefined, 'debian/12', undefined],
  ])('%s', (_, asked, told, revision, expected) => {
    expect(architectureOf(asked, commitWith(told), revision)).toEqual(expected)
  })

  it('amd64 is a guess that is told', async () => {
    const repo = await openRepo(await smallSource())
    const context = kindContext()
    await packPlain(
      { ...(await openCommit(repo, smallRef, false)), revision: 'no/such' },
      imageOptions({}),
      context,
    )
    expect(context.warnings).toEqual([expect.stringContaining('amd64')])
  })
})

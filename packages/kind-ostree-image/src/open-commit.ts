import type { Commit, Repository } from '@ocish/ostree-repo'
import { OcishError } from '@ocish/sdk'

/** A commit that is about to become an image. */
export interface CommitSource {
  readonly repo: Repository
  readonly checksum: string
  readonly commit: Commit
  /** What the user called it. */
  readonly revision: string
}

/** Errors: OSTREE_REF_NOT_FOUND, OSTREE_COMMIT_PARTIAL, those of reading a commit. */
export async function openCommit(
  repo: Repository,
  revision: string,
  allowPartial: boolean,
): Promise<CommitSource> {
  const checksum = await repo.resolve(revision)
  if (!allowPartial && (await repo.isPartial(checksum)))
    throw new OcishError('OSTREE_COMMIT_PARTIAL', `only a part of the commit ${checksum} is here`, {
      hint: 'Pull the whole commit first, or add --allow-partial.',
    })
  return { repo, checksum, commit: await repo.commit(checksum), revision }
}

import { openRepo, type Repository } from '@ocish/ostree-repo'
import { OcishError, type KindCall, type KindCommandContext } from '@ocish/sdk'

/** The repository that the user named for the parameter `repo`. Errors: OSTREE_REPO_INVALID, FILE_NOT_FOUND. */
export async function openRepoArgument(
  context: KindCommandContext,
  args: KindCall['args'],
): Promise<Repository> {
  if (context.folder === undefined) throw new OcishError('KIND_FAILED', 'this host opens no folders')
  return openRepo(await context.folder('repo'), { name: String(args['repo']) })
}

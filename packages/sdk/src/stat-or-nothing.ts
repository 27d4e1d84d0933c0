import { hasCode } from './errors.ts'
import type { Source, TreeEntry } from './source.ts'

/** The entry of a source at a path, or nothing where there is none. Errors: those of `stat` besides. */
export async function statOrNothing(
  source: Pick<Source, 'stat'>,
  path: string,
): Promise<TreeEntry | undefined> {
  try {
    return await source.stat(path)
  } catch (error) {
    if (hasCode(error, 'FILE_NOT_FOUND', 'PATH_NOT_FOUND')) return undefined
    throw error
  }
}

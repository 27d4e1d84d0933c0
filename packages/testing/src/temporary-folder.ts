import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of a test: `await using folder = await temporaryFolder()`. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
  /** A path below it. */
  join(...parts: readonly string[]): string
  /** Removes it with all it holds; the same as leaving an `await using`. */
  remove(): Promise<void>
}

/** A new folder (0700) that goes away when it is disposed of. */
export async function temporaryFolder(prefix = 'ocish-test-'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return {
    path,
    join: (...parts) => join(path, ...parts),
    remove,
    [Symbol.asyncDispose]: remove,
  }
}

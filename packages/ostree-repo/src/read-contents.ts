import type { ContentObject } from './content.ts'
import type { Repository } from './repository.ts'

/** Objects whose heads are read at a time: each is a few short waits for the disk. */
const ahead = 16

/**
 * Content objects, each beside what was asked, in that order; the next ones are looked up while one is in use, their
 * contents are not. Errors: as `Repository.content`, each when its object would come.
 */
export async function* readContents<W extends { readonly checksum: string; readonly path: string }>(
  repo: Repository,
  wanted: Iterable<W>,
): AsyncGenerator<readonly [ContentObject, W]> {
  const next = wanted[Symbol.iterator]()
  const pending: Promise<readonly [ContentObject, W]>[] = []
  const start = (): void => {
    const { done, value } = next.next()
    if (done === true) return
    const found = repo.content(value.checksum, value.path).then((content) => [content, value] as const)
    // It is awaited below, unless the reader stops before.
    found.catch(() => undefined)
    pending.push(found)
  }
  for (let count = 0; count < ahead; count += 1) start()
  try {
    for (let first = pending.shift(); first !== undefined; first = pending.shift()) {
      const content = await first
      start()
      yield content
    }
  } finally {
    await Promise.allSettled(pending)
  }
}

import { hasCode, OcishError } from '@ocish/sdk'
import { nearest } from '@ocish/shell'
import type { Opened } from './services.ts'

/** Repositories that are looked at for a suggestion. */
const suggestionLimit = 1000

/**
 * An error about a repository that is not there, with the names beside it that are close, or with where to look; any other
 * error is given back as it is. Best effort: a registry without a catalog must not hide what went wrong first.
 */
export async function missingRepository(
  error: unknown,
  opened: Opened,
  signal: AbortSignal,
): Promise<unknown> {
  if (!hasCode(error, 'REPOSITORY_NOT_FOUND') || error.hint !== undefined) return error
  const { code, message, cause, details } = error
  const closest = await closestRepository(opened, signal)
  return new OcishError(code, message, {
    ...(closest === undefined ? { hint: placeHint(opened) } : {}),
    ...(cause === undefined ? {} : { cause }),
    details: { ...details, ...closest },
  })
}

/** Where to look for what is not there. */
export function placeHint({ display, location }: Opened): string {
  if (location.scheme !== 'registry') return `See what there is: ls ${display}`
  return `Look for the repository: ls ${display.slice(0, display.lastIndexOf('/'))}`
}

/** The last part of the name and what is close to it in the same namespace; undefined where nothing is. */
export async function closestRepository(
  opened: Opened,
  signal: AbortSignal,
): Promise<Readonly<Record<'closest' | 'input' | 'span', unknown>> | undefined> {
  const { repository, location } = opened
  const { text } = location
  const slash = repository.lastIndexOf('/') + 1
  const last = repository.slice(slash)
  const at = text.indexOf(repository)
  if (location.scheme !== 'registry' || at < 0) return undefined
  const closest = nearest(last, await beside(opened, repository.slice(0, slash), signal))
  if (closest.length === 0) return undefined
  const from = at + slash
  return { closest, input: text, span: { from, to: from + last.length } }
}

/** The names of repositories and namespaces below a namespace. */
async function beside(
  { registry }: Opened,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  let looked = 0
  try {
    for await (const repository of registry.repositories({ signal })) {
      if (repository.startsWith(namespace)) names.add(repository.slice(namespace.length).split('/')[0]!)
      looked += 1
      if (looked >= suggestionLimit) break
    }
  } catch {
    signal.throwIfAborted()
  }
  return names
}

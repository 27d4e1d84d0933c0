import { hasCode, OcishError } from '@ocish/sdk'
import { type Call, quote } from '@ocish/shell'
import { textArg, textArgs } from './call-values.ts'
import { isLocalPath } from './is-local-path.ts'
import type { Services } from './services.ts'

/** The verbs that take files and then a reference. */
export type PackingVerb = 'push' | 'attach'

/**
 * A file that is not there, and what was probably meant: the reference first (as oras has it) or `file:mediatype`.
 * Answers with the corrected line instead of guessing (shell.md §3.1).
 */
export async function fileNotFound(
  path: string,
  verb: PackingVerb,
  call: Call,
  services: Services,
  cause: unknown,
): Promise<OcishError> {
  if (looksLikeReference(path)) {
    const others = [...textArgs(call, 'src').filter((word) => word !== path), textArg(call, 'ref')]
    const files = await Promise.all(others.map((word) => fileWords(word, services)))
    if (files.every((words) => words !== undefined)) {
      return new OcishError('USAGE_INVALID_VALUE', `${path} is a reference where a file is expected`, {
        hint: `The destination comes last: ${[verb, ...files.flat(), quote(path)].join(' ')}`,
      })
    }
  }
  const [flag, ...words] = (await fileWords(path, services)) ?? []
  if (flag === '--type') {
    return new OcishError(
      'USAGE_INVALID_VALUE',
      `${path} is no file; a media type is a flag before its file`,
      { hint: `Write ${[flag, ...words].join(' ')}.` },
    )
  }
  return hasCode(cause, 'FILE_NOT_FOUND')
    ? cause
    : new OcishError('FILE_NOT_FOUND', `no file ${path}`, { cause })
}

/** The words for a file that is there, also when it was written as `file:mediatype`; undefined: it is none. */
async function fileWords(word: string, services: Services): Promise<readonly string[] | undefined> {
  if (await isLocalPath(word, services)) return [quote(word)]
  const typed = /^(.+):([a-z0-9.+-]+\/[a-z0-9.+-]+)$/i.exec(word)
  if (typed === null || !(await isLocalPath(typed[1]!, services))) return undefined
  return ['--type', typed[2]!, quote(typed[1]!)]
}

function looksLikeReference(text: string): boolean {
  return /^(?:oci:|tar:|cache:|docker:\/\/|[\w.-]+(?::\d+)?\/)\S+$/.test(text)
}

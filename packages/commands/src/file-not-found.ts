import { hasCode, OcishError } from '@ocish/sdk'
import { type Call, quote } from '@ocish/shell'
import { textArg, textArgs } from './call-values.ts'
import { isLocalPath } from './is-local-path.ts'
import type { Services } from './services.ts'

/**
 * A file that is not there, and what was probably meant: the reference first (as oras has it) or `file:mediatype`.
 * Answers with the corrected line instead of guessing (shell.md §3.1).
 */
export async function fileNotFound(
  path: string,
  call: Call,
  services: Services,
  cause: unknown,
): Promise<OcishError> {
  const last = textArg(call, 'ref')
  if (looksLikeReference(path) && (await isLocalPath(last, services))) {
    const words = [...textArgs(call, 'src').slice(1), last, path]
    return new OcishError('USAGE_INVALID_VALUE', `${path} is a reference where a file is expected`, {
      hint: `The destination comes last: ${words.map((word) => quote(word)).join(' ')}`,
    })
  }
  const typed = /^(.+):([a-z0-9.+-]+\/[a-z0-9.+-]+)$/i.exec(path)
  if (typed !== null && (await isLocalPath(typed[1]!, services))) {
    return new OcishError(
      'USAGE_INVALID_VALUE',
      `${path} is no file; a media type is a flag before its file`,
      { hint: `Write --type ${typed[2]} ${quote(typed[1]!)}.` },
    )
  }
  return hasCode(cause, 'FILE_NOT_FOUND')
    ? cause
    : new OcishError('FILE_NOT_FOUND', `no file ${path}`, { cause })
}

function looksLikeReference(text: string): boolean {
  return /^(?:oci:|tar:|cache:|docker:\/\/|[\w.-]+(?::\d+)?\/)\S+$/.test(text)
}

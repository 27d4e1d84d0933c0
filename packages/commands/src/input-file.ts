import type { Bytes, OpenBytes } from '@ocish/sdk'
import { OcishError } from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import type { Services } from './services.ts'

/** A file named by an argument; `-` is standard input, which can be opened once. Errors: FILE_NOT_FOUND, USAGE_MISSING_ARGUMENT. */
export async function inputFile(
  path: string,
  call: Call,
  services: Services,
): Promise<{ readonly open: OpenBytes; readonly size?: number }> {
  if (path === '-') return { open: once(standardInput(call)) }
  const source = await services.source(path)
  if (source.type !== 'file') throw new OcishError('FILE_FAILED', `${path} is a folder`)
  const { size } = await source.stat('')
  return { size, open: () => source.open('') }
}

/** Errors: USAGE_MISSING_ARGUMENT when nothing is piped in. */
export function standardInput(call: Call): Bytes {
  const bytes = call.input?.bytes
  if (bytes !== undefined) return bytes
  throw new OcishError('USAGE_MISSING_ARGUMENT', 'there is nothing on standard input', {
    hint: 'Pipe the content into the command, or name a file.',
  })
}

/** A stream that cannot be opened again. Errors: FILE_FAILED at the second time. */
export function once(bytes: Bytes): OpenBytes {
  let opened = false
  return () => {
    if (opened) throw new OcishError('FILE_FAILED', 'standard input cannot be read a second time')
    opened = true
    return bytes
  }
}

import { collect, OcishError, type Source, statOrNothing } from '@ocish/sdk'
import { limits } from './constants.ts'

/** A small text file of a source, or nothing when it is not there. Errors: LIMIT_EXCEEDED, KIND_INPUT_INVALID. */
export async function readTextFile(source: Source, path: string): Promise<string | undefined> {
  const entry = await statOrNothing(source, path)
  if (entry === undefined || entry.kind !== 'file') return undefined
  if (entry.size > limits.json) throw new OcishError('LIMIT_EXCEEDED', `${path} is larger than 1 MiB`)
  const bytes = await collect(source.open(path), { what: path, limit: limits.json })
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new OcishError('KIND_INPUT_INVALID', `${path} is not UTF-8`, { cause })
  }
}

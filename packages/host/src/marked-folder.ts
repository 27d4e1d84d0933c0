import { join } from 'node:path'
import { hasCode, isDigest, isJsonObject, parseJson } from '@ocish/sdk'
import { readPrivate } from './private-file.ts'

/** Bytes of the largest marker that is read. */
const maxSize = 4 << 20

/**
 * The manifest digest in a folder's marker (`Kind.marker`): a plain file with a JSON object that has one. Undefined for
 * everything else: such a folder is somebody's own.
 */
export async function markedDigest(folder: string, marker: string): Promise<string | undefined> {
  try {
    const text = await readPrivate(join(folder, marker), maxSize)
    if (text === undefined) return undefined
    const value = parseJson(new TextEncoder().encode(text), { what: marker, code: 'INPUT_INVALID', maxSize })
    const digest = isJsonObject(value) ? value['digest'] : undefined
    return typeof digest === 'string' && isDigest(digest) ? digest : undefined
  } catch (error) {
    if (hasCode(error, 'INPUT_INVALID', 'LIMIT_EXCEEDED', 'FILE_FAILED')) return undefined
    throw error
  }
}

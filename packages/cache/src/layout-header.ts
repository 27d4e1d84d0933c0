import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, OcishError, parseJson } from '@ocish/sdk'
import type { BlobPool } from './blob-pool.ts'
import { writeDurably } from './durable-file.ts'
import { fileError, systemCode } from './file-error.ts'
import { makeFolder } from './make-folder.ts'
import { readSmallFile } from './small-file.ts'

const headerName = 'oci-layout'
const maxHeaderSize = 64 * 1024
/** What is there while somebody else is making the layout. */
const beginnings = /^(?:\.ocish|blobs|(?:oci-layout|index\.json)\..*)$/

/**
 * Whether `folder` (shown as `shown`) can be opened as a layout. A layout without its `oci-layout` file is taken when
 * it has an `index.json`. Errors: FILE_NOT_FOUND, LAYOUT_INVALID.
 */
export async function checkLayout(folder: string, shown: string, access: 'read' | 'write'): Promise<void> {
  const names = await namesOf(folder, shown)
  if (names === undefined) {
    if (access === 'write') return
    throw new OcishError('FILE_NOT_FOUND', `no folder ${shown}`)
  }
  if (names.includes(headerName)) {
    return checkVersion(await readSmallFile(join(folder, headerName), maxHeaderSize), shown)
  }
  if (names.includes('index.json')) return
  const others = names.filter((name) => !beginnings.test(name))
  if (access === 'write' && others.length === 0) return
  throw new OcishError(
    'LAYOUT_INVALID',
    `${shown} is no image layout: it has neither oci-layout nor index.json`,
    {
      ...(access === 'write' && { hint: 'Name a folder that is empty or does not exist.' }),
    },
  )
}

/** Makes the folders and the file that every layout has. Errors: FILE_FAILED. */
export async function createLayoutHeader(folder: string, pool: BlobPool): Promise<void> {
  await makeFolder(join(pool.root, 'sha256'), pool.folderMode)
  const path = join(folder, headerName)
  try {
    const names = await readdir(folder)
    if (!names.includes(headerName))
      await writeDurably(path, '{"imageLayoutVersion":"1.0.0"}\n', pool.fileMode)
  } catch (error) {
    throw fileError(error, `write ${path}`)
  }
}

function checkVersion(header: Uint8Array, shown: string): void {
  const value = parseJson(header, {
    what: `oci-layout of ${shown}`,
    code: 'LAYOUT_INVALID',
    maxSize: 64 * 1024,
  })
  const version = isJsonObject(value) ? value['imageLayoutVersion'] : undefined
  if (typeof version === 'string' && !version.startsWith('1.')) {
    throw new OcishError(
      'LAYOUT_INVALID',
      `${shown} is a layout of version ${JSON.stringify(version)}, not 1.x`,
    )
  }
}

async function namesOf(folder: string, shown: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    if (systemCode(error) === 'ENOTDIR')
      throw new OcishError('LAYOUT_INVALID', `${shown} is a file, not a folder`)
    throw fileError(error, `read ${shown}`)
  }
}

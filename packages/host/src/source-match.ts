import { collect, hasCode, isJsonObject, type Source, type SourceMatch } from '@ocish/sdk'

/** Bytes of the largest file that is read to recognise it by its keys. */
const maxSize = 16 * 1024 * 1024

/** Does the file or folder have all that the match names? A match without any field holds for nothing. */
export async function sourceHolds(
  match: SourceMatch,
  source: Source,
  keys: () => Promise<ReadonlySet<string>>,
): Promise<boolean> {
  const { folderWith, fileName, archiveWith, jsonKeys } = match
  const fields = [folderWith, fileName, archiveWith, jsonKeys]
  if (fields.every((field) => field === undefined)) return false
  if (folderWith !== undefined && !(source.type === 'folder' && (await hasFile(source, folderWith))))
    return false
  if (fileName !== undefined && !(source.type === 'file' && nameFits(source.name, fileName))) return false
  if (archiveWith !== undefined && !(source.type === 'file' && (await archiveHolds(source, archiveWith))))
    return false
  if (jsonKeys === undefined) return true
  if (source.type !== 'file') return false
  const found = await keys()
  return jsonKeys.length > 0 && jsonKeys.every((key) => found.has(key))
}

/** What is looked through of an archive to recognise it. */
const archiveLimits = { entries: 100_000, bytes: 256 * 1024 * 1024 }

/** Does a tar hold the file? What cannot be read holds nothing. */
async function archiveHolds(source: Source, pattern: string): Promise<boolean> {
  const { decompressed, readTar } = await import('@ocish/archive')
  const wanted = pattern.split('/')
  try {
    const plain = decompressed(source.open(''), { bytes: archiveLimits.bytes })
    for await (const { path } of readTar(plain, { limits: archiveLimits })) {
      const parts = path.split('/')
      if (parts.length === wanted.length && wanted.every((one, at) => nameFits(parts[at] ?? '', one)))
        return true
    }
    return false
  } catch (error) {
    if (hasCode(error, 'ARCHIVE_INVALID', 'LIMIT_EXCEEDED')) return false
    throw error
  }
}

/** The keys of the object that a JSON file holds; none for anything else. */
export async function topLevelKeys(source: Source): Promise<ReadonlySet<string>> {
  if ((await source.stat('')).size > maxSize) return new Set()
  const bytes = await collect(source.open(''), { limit: maxSize, what: source.name })
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
  if (!/^\s*\{/.test(text)) return new Set()
  try {
    const value: unknown = JSON.parse(text)
    return new Set(isJsonObject(value) ? Object.keys(value) : [])
  } catch {
    return new Set()
  }
}

async function hasFile(source: Source, path: string): Promise<boolean> {
  try {
    return (await source.stat(path)).kind === 'file'
  } catch {
    return false
  }
}

/** `*` stands for any characters; matched piece by piece, so that no pattern costs more than one pass. */
function nameFits(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return name === pattern
  const last = rest.pop() ?? ''
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false
  let at = first.length
  for (const piece of rest) {
    at = name.indexOf(piece, at)
    if (at < 0) return false
    at += piece.length
  }
  return at <= name.length - last.length
}

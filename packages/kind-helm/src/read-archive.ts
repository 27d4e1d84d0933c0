import { decompressed, readTar, sniffCompression } from '@ocish/archive'
import { collect, OcishError, type Bytes } from '@ocish/sdk'
import { ChartFiles, type ChartFile } from './chart-files.ts'
import { chartPath } from './chart-path.ts'
import { limits } from './constants.ts'

/** Of the uncompressed tar: contents, and a header with padding for each file. */
const archiveLimits = {
  bytes: limits.total + limits.entries * 2048,
  entries: limits.entries * 2,
  file: limits.file,
}

/**
 * The files of a packed chart, in the archive's order and all checked before any is used: gzip only, no links, no
 * devices, no path twice, Helm's limits on sizes (specs/helm.md §12).
 * Errors: ARCHIVE_INVALID, ARCHIVE_UNSAFE, LIMIT_EXCEEDED, KIND_INPUT_INVALID, those of the source.
 */
export async function readArchive(bytes: Bytes, signal?: AbortSignal): Promise<readonly ChartFile[]> {
  const collected = new ChartFiles()
  const plain = decompressed(gzipOnly(bytes), { bytes: archiveLimits.bytes })
  for await (const member of readTar(plain, { limits: archiveLimits })) {
    signal?.throwIfAborted()
    if (member.type === 'folder') continue
    if (member.type !== 'file') {
      throw new OcishError(
        'ARCHIVE_UNSAFE',
        `the entry ${JSON.stringify(member.path.slice(0, 200))} is a ${member.type}`,
        {
          details: { path: member.path.slice(0, 4096) },
          hint: 'Pack the chart anew: charts hold plain files only.',
        },
      )
    }
    const path = chartPath(member.path)
    collected.claim(path, member.size)
    collected.add(path, await collect(member.content, { what: path, limit: limits.file }))
  }
  if (collected.files.length === 0) throw new OcishError('KIND_INPUT_INVALID', 'no files in chart archive')
  return collected.files
}

async function* gzipOnly(bytes: Bytes): AsyncGenerator<Uint8Array, void> {
  let seen = false
  for await (const chunk of bytes) {
    if (!seen && chunk.length > 0) {
      seen = true
      if (sniffCompression(chunk) !== 'gzip')
        throw new OcishError('ARCHIVE_INVALID', 'the chart is no gzip archive')
    }
    yield chunk
  }
  if (!seen) throw new OcishError('ARCHIVE_INVALID', 'the chart is no gzip archive: it is empty')
}

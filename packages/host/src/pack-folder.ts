import { promises as fs } from 'node:fs'
import { compressed, type Compression, folderEntries, type TarInput, writeTar } from '@ocish/archive'
import type { PackFolderOptions } from '@ocish/commands'
import { type Bytes, createDigester, type Digester, OcishError, type Part, type Source } from '@ocish/sdk'
import { temporaryName } from './private-file.ts'
import { spoolFile } from './spool-file.ts'

/** What oras writes at the layer of a folder, and reads there. */
const folderUnpackKey = 'io.deis.oras.content.unpack'
/** The digest of the archive before it was compressed. */
const folderDigestKey = 'io.deis.oras.content.digest'

const mediaTypes: Readonly<Record<Compression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
}

/** How a folder becomes a layer. */
export interface PackingOptions extends PackFolderOptions {
  /** `SOURCE_DATE_EPOCH`, where it is set. */
  readonly epoch: string | undefined
  /** A private folder for the packed bytes; removed by its owner. */
  readonly spoolFolder: () => Promise<string>
}

/**
 * A folder as one layer in the form oras has for it: a tar whose paths begin with the title, compressed. The same folder
 * gives the same digest. Errors: ARCHIVE_UNSAFE, USAGE_INVALID_VALUE (SOURCE_DATE_EPOCH), those of the source.
 */
export async function packFolder(source: Source, options: PackingOptions): Promise<Part> {
  const { title, compression, level, signal } = options
  const entries = folderEntries(source, {
    mtime: epochSeconds(options.epoch),
    preservePermissions: options.preservePermissions,
    signal,
  })
  const plain = createDigester()
  const tar = writeTar(below(title, entries, epochSeconds(options.epoch)))
  const packed = compressed(measured(tar, plain), compression, level === undefined ? {} : { level })
  const spooled = await spool(packed, options)
  return {
    mediaType: options.mediaType ?? mediaTypes[compression],
    annotations: {
      ...options.annotations,
      [folderDigestKey]: plain.digest(),
      [folderUnpackKey]: 'true',
    },
    digest: spooled.digest,
    size: spooled.size,
    open: spoolFile(spooled.path),
  }
}

/** Errors: USAGE_INVALID_VALUE. */
function epochSeconds(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  if (/^\d{1,11}$/.test(text)) return Number(text)
  throw new OcishError(
    'USAGE_INVALID_VALUE',
    `SOURCE_DATE_EPOCH is ${JSON.stringify(text)}, not a number of seconds`,
    {
      hint: 'Set it to seconds since 1970, or unset it.',
    },
  )
}

/** The folder itself first, then what is in it; a title of several parts needs no entries for those above. */
async function* below(
  title: string,
  entries: AsyncIterable<TarInput>,
  mtime: number,
): AsyncGenerator<TarInput, void> {
  yield { path: title, type: 'folder', mode: 0o755, uid: 0, gid: 0, size: 0, mtime }
  for await (const entry of entries) yield { ...entry, path: `${title}/${entry.path}` }
}

async function* measured(bytes: Bytes, digester: Digester): Bytes & AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    digester.update(chunk)
    yield chunk
  }
}

async function spool(
  bytes: Bytes,
  { spoolFolder, signal }: PackingOptions,
): Promise<{ readonly path: string; readonly digest: string; readonly size: number }> {
  const path = temporaryName(`${await spoolFolder()}/folder`)
  const digester = createDigester()
  let size = 0
  const file = await fs.open(path, 'wx', 0o600)
  try {
    for await (const chunk of measured(bytes, digester)) {
      signal.throwIfAborted()
      size += chunk.length
      // In order, into one file.
      // oxlint-disable-next-line no-await-in-loop
      await file.appendFile(chunk)
    }
  } finally {
    await file.close()
  }
  return { path, digest: digester.digest(), size }
}

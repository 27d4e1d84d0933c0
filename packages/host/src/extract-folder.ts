import { decompressed, defaultLimits, extractTar } from '@ocish/archive'
import type { ExtractFolderOptions } from '@ocish/commands'
import { type Bytes, createDigester, type Digester, OcishError, type Target } from '@ocish/sdk'

/**
 * Writes a layer that holds a folder: every entry lies at or below its title, and the uncompressed archive has the digest
 * that the layer's annotation names. Nothing leaves the target (T1–T12, T40, T51).
 * Errors: ARCHIVE_UNSAFE, ARCHIVE_INVALID, LIMIT_EXCEEDED, DIGEST_MISMATCH, those of the target.
 */
export async function extractFolder(
  bytes: Bytes,
  target: Target,
  options: ExtractFolderOptions,
): Promise<void> {
  const { title, digest, include, signal } = options
  const digester = createDigester()
  const { bytes: limit, ratio } = defaultLimits
  const plain = measured(decompressed(bytes, { bytes: limit, ratio }), digester)
  await extractTar(plain, within(target, title), {
    signal,
    ...(include === undefined ? {} : { include: (path) => isAbove(path, title) || include(path) }),
  })
  const found = digester.digest()
  if (digest === undefined || digest === found) return
  throw new OcishError(
    'DIGEST_MISMATCH',
    `the folder ${title} is not what its layer says: its archive has ${found}`,
    {
      details: { expected: digest, got: found },
    },
  )
}

async function* measured(bytes: Bytes, digester: Digester): Bytes & AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    digester.update(chunk)
    yield chunk
  }
}

/** The title and the folders above it are made whatever is chosen below. */
function isAbove(path: string, title: string): boolean {
  return title === path || title.startsWith(`${path}/`)
}

/** Refuses what is not below the title: a layer writes its own folder only, as oras has it. */
function within(target: Target, title: string): Target {
  const checked = (path: string): string => {
    if (title === '.' || path === title || path.startsWith(`${title}/`)) return path
    throw new OcishError(
      'ARCHIVE_UNSAFE',
      `the entry ${JSON.stringify(path)} is outside of the folder ${title}`,
    )
  }
  return {
    write: async (path, content, options) => target.write(checked(path), content, options),
    folder: async (path, options) => {
      if (!isAbove(path, title)) checked(path)
      await target.folder(path, options)
    },
    link: async (path, to) => target.link(checked(path), to),
    ...(target.hardlink && {
      hardlink: async (path, existing) => target.hardlink?.(checked(path), checked(existing)),
    }),
  }
}

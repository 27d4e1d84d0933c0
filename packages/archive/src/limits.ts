import { OcishError } from '@ocish/sdk'

/** What an archive from a stranger may cost. */
export interface ArchiveLimits {
  /** Entries in one archive. */
  readonly entries: number
  /** Bytes of all contents together, decompressed. */
  readonly bytes: number
  /** Bytes of one file. */
  readonly file: number
  /** Bytes of one path or link target. */
  readonly path: number
  /** Bytes of the pax records of one entry. */
  readonly records: number
  /** Decompressed to compressed bytes, counted beyond the first 64 MiB of output. */
  readonly ratio: number
}

/**
 * What an archive may hold where the caller sets nothing else (T40): counts, bytes, and decompressed to compressed
 * bytes.
 */
export const defaultLimits: ArchiveLimits = {
  entries: 1_000_000,
  bytes: 64 * 2 ** 30,
  file: 64 * 2 ** 30,
  path: 4096,
  records: 2 ** 20,
  ratio: 250,
}

/** `path`: of the entry that has too much. */
export function exceeded(what: string, limit: number, path?: string): OcishError<'LIMIT_EXCEEDED'> {
  return new OcishError('LIMIT_EXCEEDED', `the archive has more than ${limit} ${what}`, {
    details: { what, limit, ...(path !== undefined && { path }) },
  })
}

import type { Archive, ArchiveOptions } from './archive.ts'

/** `openArchive` of `archive.ts`; its code and the tar engine are loaded with the first archive. Errors: those of it. */
export async function openArchive(path: string, options: ArchiveOptions): Promise<Archive> {
  const archive = await import('./archive.ts')
  return archive.openArchive(path, options)
}

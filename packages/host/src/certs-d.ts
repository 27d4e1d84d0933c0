import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from './private-file.ts'

/** PEM texts for one registry. */
export interface Certificates {
  readonly ca: readonly Buffer[]
  readonly cert?: Buffer
  readonly key?: Buffer
}

/**
 * Reads `certs.d/HOST[:PORT]` as Docker and podman do: every `*.crt` is an authority, `*.cert` and `*.key` of the same
 * name are the client's certificate. The first of the folders that has the host decides.
 */
export async function readCertsFolder(
  folders: readonly string[],
  host: string,
): Promise<Certificates | undefined> {
  for (const folder of folders) {
    const path = join(folder, host)
    // The first one decides: the next is looked at only without it.
    // oxlint-disable-next-line no-await-in-loop
    const names = await fs.readdir(path).catch((error: unknown): undefined => {
      const code = errnoOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined
      throw error
    })
    if (names !== undefined) return readFolder(path, names.toSorted())
  }
  return undefined
}

async function readFolder(path: string, names: readonly string[]): Promise<Certificates> {
  const read = async (name: string): Promise<Buffer> => fs.readFile(join(path, name))
  const ca = await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read))
  const cert = names.find((name) => name.endsWith('.cert') && names.includes(name.replace(/\.cert$/, '.key')))
  if (cert === undefined) return { ca }
  return { ca, cert: await read(cert), key: await read(cert.replace(/\.cert$/, '.key')) }
}

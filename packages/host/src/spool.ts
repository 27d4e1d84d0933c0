import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { privateFolder } from './private-file.ts'

/** A private folder for what is too large for memory, made at the first use and gone with its owner. */
export interface Spool extends AsyncDisposable {
  folder(): Promise<string>
}

const prefix = 'spool-'
const abandonedAfter = 24 * 60 * 60 * 1000

/** `parent`: where the folder is made; what killed runs left there a day ago is removed. */
export function createSpool(parent: string): Spool {
  let made: Promise<string> | undefined
  return {
    folder: async () => (made ??= make(parent)),
    async [Symbol.asyncDispose]() {
      const path = await made?.catch(() => undefined)
      if (path !== undefined) await fs.rm(path, { recursive: true, force: true })
    },
  }
}

async function make(parent: string): Promise<string> {
  await privateFolder(parent)
  await sweep(parent)
  return fs.mkdtemp(join(parent, prefix))
}

async function sweep(parent: string): Promise<void> {
  const names = (await fs.readdir(parent)).filter((name) => name.startsWith(prefix))
  await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name)
      const stats = await fs.lstat(path).catch(() => undefined)
      if (stats === undefined || !stats.isDirectory() || stats.uid !== process.getuid?.()) return
      if (Date.now() - stats.mtimeMs > abandonedAfter) await fs.rm(path, { recursive: true, force: true })
    }),
  )
}

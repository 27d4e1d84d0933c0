import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { promises as fs } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The text as the user's editor left it; undefined when it could not be edited. The terminal must be free. */
export async function editExternally(text: string): Promise<string | undefined> {
  const editor = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi'
  const folder = await fs.mkdtemp(join(tmpdir(), 'ocish-edit-'))
  const file = join(folder, 'line.ocish')
  try {
    await fs.writeFile(file, text, { mode: 0o600 })
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
    const [status] = (await once(child, 'close')) as [number | null]
    return status === 0 ? (await fs.readFile(file, 'utf8')).replace(/\n$/, '') : undefined
  } catch {
    return undefined
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** Stops the whole group, as Ctrl-Z does to any program; resolves when the shell above lets it go on. */
export async function stopProcess(): Promise<void> {
  const continued = once(process, 'SIGCONT')
  // Signal listeners do not keep the process alive.
  const alive = setInterval(() => undefined, 2 ** 30)
  process.kill(0, 'SIGTSTP')
  await continued
  clearInterval(alive)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { promises as fs } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

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

/** Milliseconds that a process runs on after it stopped itself, if nobody lets it be stopped. */
const unstoppable = 200

/**
 * Stops the whole group, as Ctrl-Z does to any program; resolves when the shell above lets it go on. False: there is no
 * shell above (`tmux new ocish`, `docker run -it`), and the system stops nothing that nobody could let go on.
 */
export async function stopProcess(): Promise<boolean> {
  const over = new AbortController()
  const { signal } = over
  const continued = once(process, 'SIGCONT', { signal }).then(() => true)
  const ranOn = runOn(signal)
  // Whichever comes second is aborted.
  for (const promise of [continued, ranOn]) promise.catch(() => undefined)
  process.kill(0, 'SIGTSTP')
  try {
    return await Promise.race([continued, ranOn])
  } finally {
    over.abort()
  }
}

/** Twice: whoever is let go on after long finds the first one over, and hears of it during the second one. */
async function runOn(signal: AbortSignal): Promise<false> {
  await pause(unstoppable, undefined, { signal })
  return pause(unstoppable, false, { signal })
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fillRegistry } from '../demo.ts'
import type { Picture } from './svg.ts'
import { ShotTerminal } from './terminal.ts'

/** The same in every picture, and in the signature that names where it is. */
const port = 5417
const size = { columns: 96, rows: 26 }

/** Takes the pictures: by name, from one session on a terminal, on the registry that `start` opens. */
export async function takeShots(bin: string): Promise<ReadonlyMap<string, Picture>> {
  const work = await mkdtemp(join(tmpdir(), 'ocish-shots-'))
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: work,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TZ: 'UTC',
  }
  const args = [bin, 'serve', join(work, 'registry'), '--addr', `127.0.0.1:${port}`, '-o', 'ndjson']
  const registry = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: registry.stdout })
    await once(lines, 'line')
    const files = join(work, 'files')
    await mkdir(files)
    await fillRegistry(`127.0.0.1:${port}`, files, async (words) => {
      const child = spawn(process.execPath, [bin, ...words], { cwd: files, env, stdio: 'ignore' })
      const [code] = (await once(child, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`the demo ended with ${code}`)
    })
    return await pictures(bin, files, env)
  } finally {
    registry.kill('SIGTERM')
    if (registry.exitCode === null) await once(registry, 'exit')
    await rm(work, { recursive: true, force: true })
  }
}

async function pictures(
  bin: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Picture>> {
  await using terminal = new ShotTerminal([bin], { ...size, cwd, env })
  const shots = new Map<string, Picture>()
  const line = async (text: string, shown: string): Promise<void> => terminal.type(`${text}\r`, shown)
  await terminal.type('', '❯')
  await line(`cd 127.0.0.1:${port}/demo`, 'demo ❯')
  await line('describe app:1.4', 'closest')
  // F2 takes the correction.
  await terminal.type('\u001BOQ', 'describe app:1.4.0')
  await terminal.type('\u0015', '❯')
  await line('tree app:1.4.0', 'attestation')
  await terminal.type('describe klaus/plugins/gs-base:\t', '0.3.0     klaus-plugin')
  shots.set(
    'session',
    terminal.picture('A session of ocish: an error with its correction, a tree, completion'),
  )
  return shots
}

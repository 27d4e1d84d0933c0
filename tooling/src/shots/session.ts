import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedRegistry } from '@ocish/testing'
import { fillRegistry } from '../demo.ts'
import type { Picture } from './svg.ts'
import { ShotTerminal } from './terminal.ts'

/** What stands in every picture, and in the signature that names where it is. */
const port = 5417
const registryName = `registry.example:${port}`
const size = { columns: 100, rows: 26 }

/** Takes the pictures: by name, from one session on a terminal, on a registry with the demo. */
export async function takeShots(bin: string): Promise<ReadonlyMap<string, Picture>> {
  const work = await mkdtemp(join(tmpdir(), 'ocish-shots-'))
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: work,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TZ: 'UTC',
  }
  await mkdir(join(work, '.config/ocish'), { recursive: true })
  await writeFile(
    join(work, '.config/ocish/config.toml'),
    `[registries."${registryName}"]\nplain-http = true\n`,
  )
  const address = await freeLoopback()
  await using _ = await embeddedRegistry({
    address: `${address}:${port}`,
    hosts: [registryName.split(':')[0]!],
  })
  try {
    const files = join(work, 'files')
    await mkdir(files)
    const program = [bin, '--resolve', `${registryName}:${address}`]
    await fillRegistry(registryName, files, async (words) => {
      const child = spawn(process.execPath, [...program, ...words], { cwd: files, env, stdio: 'ignore' })
      const [code] = (await once(child, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`the demo ended with ${code}`)
    })
    return await pictures(program, files, env)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** An address of this machine where nobody else has the port. */
async function freeLoopback(): Promise<string> {
  for (let last = 1; last < 255; last += 1) {
    const address = `127.0.0.${last}`
    const server = createServer().listen(port, address)
    try {
      await once(server, 'listening')
      return address
    } catch {
      continue
    } finally {
      server.close()
    }
  }
  throw new Error(`port ${port} is taken on every address of this machine`)
}

async function pictures(
  program: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Picture>> {
  await using terminal = new ShotTerminal(program, { ...size, cwd, env })
  const shots = new Map<string, Picture>()
  const line = async (text: string, shown: string): Promise<void> => terminal.type(`${text}\r`, shown)
  await terminal.type('', '❯')
  await line(`cd ${registryName}/demo`, 'demo ❯')
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

/**
 * The main job for a newcomer: starts the embedded registry on a free loopback port, runs every line of
 * examples/tour.ocish through the built program, each in a process of its own, then cleans up. On a terminal it opens the
 * interactive session on that registry instead.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fillRegistry } from './demo.ts'
import { tourLines } from './tour.ts'

const root = join(import.meta.dirname, '../..')
const bin = process.env['OCISH_BIN'] ?? join(root, 'apps/cli/dist/bin.mjs')
const work = await mkdtemp(join(tmpdir(), 'ocish-tour-'))

/** The tour neither reads nor writes the state of whoever runs it. */
const env: NodeJS.ProcessEnv = {
  ...process.env,
  WORK: work,
  DOCKER_CONFIG: join(work, 'docker'),
  XDG_CONFIG_HOME: join(work, 'config'),
  XDG_DATA_HOME: join(work, 'data'),
  XDG_CACHE_HOME: join(work, 'cache'),
  XDG_STATE_HOME: join(work, 'state'),
}

/** Starts `ocish serve` and waits for the row that names its address. */
async function startRegistry(): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const args = [bin, 'serve', join(work, 'registry'), '--addr', '127.0.0.1:0', '-o', 'ndjson']
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line) as { readonly address?: string }
    if (row.address !== undefined) return { child, address: row.address }
  }
  throw new Error('the embedded registry ended before it was ready')
}

async function run(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [bin, ...words], { cwd: root, env, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** Every pulled file must hold the bytes of the file that was pushed. */
async function compare(folder: string): Promise<boolean> {
  const names = await readdir(folder)
  for (const name of names) {
    const [pulled, pushed] = await Promise.all([readFile(join(folder, name)), readFile(join(root, name))])
    if (!pulled.equals(pushed)) return false
    console.log(`✓ ${name}: ${pulled.length} bytes, equal to what was pushed`)
  }
  return names.length > 0
}

async function tour(address: string): Promise<void> {
  const variables = { REGISTRY: address, WORK: work }
  const source = await readFile(join(root, 'examples/tour.ocish'), 'utf8')
  let before = ''
  for (const line of tourLines(source, variables)) {
    if (line.type === 'comment') console.log(`${before === 'comment' ? '' : '\n'}# ${line.text}`)
    else {
      console.log(`\n$ ocish ${line.text}`)
      const code = await run(line.words)
      if (code !== 0) throw new Error(`'ocish ${line.text}' ended with ${code}`)
    }
    before = line.type
  }
  console.log()
  if (!(await compare(join(work, 'pulled')))) throw new Error('the pulled files differ from the pushed ones')
}

/** On a terminal: the session, on a registry that holds one artifact of each kind; it is gone afterwards. */
async function session(address: string): Promise<void> {
  console.log('It is being filled with one artifact of each kind …')
  await fillRegistry(address, work, async (words) => {
    const child = spawn(process.execPath, [bin, ...words], {
      cwd: work,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Error(`'ocish ${words.join(' ')}' ended with ${code}`)
  })
  // So that ls and Tab have something to begin with.
  const config = join(work, 'config/ocish')
  await mkdir(config, { recursive: true })
  await writeFile(join(config, 'config.toml'), `[registries."${address}"]\nplain-http = true\n`)
  console.log(`It holds ${address}/demo.`)
  console.log('Type tutorial for a few lessons, help for all commands, Ctrl-D to leave.')
  process.exitCode = await run([])
}

const { child, address } = await startRegistry()
try {
  console.log(`ocish: the embedded registry listens on ${address}`)
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    console.log(
      `To paste a line elsewhere: alias ocish='npx -y pnpm@12 -s ocish' (and a registry of your own).`,
    )
  if (process.stdin.isTTY && process.stdout.isTTY) await session(address)
  else {
    await tour(address)
    console.log('\nThat was the tour. Next: npx -y pnpm@12 -s ocish help')
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
  await rm(work, { recursive: true, force: true })
}

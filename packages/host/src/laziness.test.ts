import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '@ocish/testing'
import { describe, expect, it } from 'vitest'

const index = join(import.meta.dirname, 'index.ts')

/** Runs a script with the host imported, and answers the modules that were loaded, as paths from the repository. */
async function loadedBy(script: string): Promise<readonly string[]> {
  await using folder = await temporaryFolder()
  const program = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    const { createSession, pathsFrom } = await import(${JSON.stringify(index)})
    const home = process.argv[1]
    const open = (options = {}) => createSession({ version: '0.0.0', cwd: home, home, env: {}, paths: pathsFrom({}, home), ...options })
    ${script}
    process.stdout.write(JSON.stringify(loaded))
  `
  const { stdout } = await promisify(execFile)(process.execPath, [
    '-C',
    'ocish-source',
    '--input-type=module',
    '-e',
    program,
    folder.path,
  ])
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const urls = JSON.parse(stdout) as readonly string[]
  return urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url).slice(root.length))
}

/** Packages that cost something, by a part of their path. */
const heavy = {
  undici: /\/undici\//,
  toml: /\/smol-toml\//,
  client: /^packages\/core\/src\/client\//,
  cache: /^packages\/cache\//,
  server: /^packages\/server\//,
  archive: /^packages\/archive\//,
  kinds: /^packages\/kind-[a-z]+\/src\//,
  copy: /^packages\/core\/src\//,
} as const

function present(modules: readonly string[]): readonly string[] {
  return Object.entries(heavy).flatMap(([name, pattern]) =>
    modules.some((path) => pattern.test(path)) ? [name] : [],
  )
}

describe('what is loaded', () => {
  it('by importing the host: nothing that costs', async () => {
    const modules = await loadedBy('')
    expect(modules.some((path) => path.endsWith('host/src/session.ts'))).toBe(true)
    expect(present(modules)).toEqual([])
  })

  it('by opening and closing a session, and knowing kinds, locations and commands: nothing that costs', async () => {
    const modules = await loadedBy(`
      await using session = await open()
      session.kinds.list()
      session.locate('ghcr.io/team/app:v1')
      session.kindCommands.map((command) => command.signature.name)
    `)
    expect(present(modules)).toEqual([])
  })

  it('by a layout: the store package, and neither the client nor a kind', async () => {
    const modules = await loadedBy(`
      await using session = await open()
      await session.open('oci:layout', 'write')
    `)
    expect(present(modules)).toEqual(['cache', 'copy'])
  })

  it('by loading a kind: that kind alone', async () => {
    const modules = await loadedBy(`
      await using session = await open()
      await session.kinds.load('runconfig')
    `)
    expect(present(modules)).toEqual(['kinds'])
    expect(
      modules.filter((path) => heavy.kinds.test(path) && !path.startsWith('packages/kind-runconfig/')),
    ).toEqual([])
  })
})

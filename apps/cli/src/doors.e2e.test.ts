import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builtInKinds } from '@ocish/host'
import { has, ocishBin, type OcishRun } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandTable } from './command-table.ts'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('a.txt', 'a')
  await world.file('rows.json', '[{"a":1},{"a":2}]')
  for (const tag of ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5'])
    await world.run(`push a.txt HOST/team/app:${tag} -q`)
  // The example of each copies into it: the first door finds what the others find.
  await world.run(['-c', 'tags HOST/team/app | each { cp $it HOST/team/backup/ -q }'])
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

/** A line as a POSIX shell parts it, as far as the examples use it. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)].map(
    ([whole, single, double]) => single ?? double ?? whole,
  )
}

const commands = commandTable(builtInKinds()).signatures

/** A line of a command, for one door after the other. */
interface Line {
  readonly text: string
  /** What it reads; then standard input cannot be the program as well. */
  readonly stdin?: string
  /** Argv takes one call. */
  readonly piped?: boolean
  /** A run before each door, so that there is the same to do. */
  readonly before?: string
  /** It never ends by itself: its first line has this, and then it is interrupted. */
  readonly until?: string
}

const rows = '{"a":2,"b":[1,2]}\n{"a":1,"b":[3]}\n'
const filled = 'pull HOST/team/app:1.0 -q --force'

/** Where the first example of a command needs more than itself, or would not end. */
const own: Readonly<Record<string, readonly Line[]>> = {
  serve: [{ text: 'serve ./registry --addr 127.0.0.1:0', until: '127.0.0.1:' }],
  'cache clear': [{ text: 'cache clear --yes', before: filled }],
  'cache prune': [{ text: 'cache prune --older 0s --yes', before: filled }],
  count: [{ text: 'count', stdin: rows }],
  each: [{ text: 'each', stdin: rows }],
  first: [{ text: 'first 1', stdin: rows }],
  flatten: [{ text: 'flatten b', stdin: rows }],
  from: [{ text: 'from ndjson', stdin: rows }],
  get: [{ text: 'get b[0]', stdin: rows }],
  group: [{ text: 'group a', stdin: rows }],
  last: [{ text: 'last 1', stdin: rows }],
  save: [{ text: 'save kept.ndjson', stdin: rows }],
  select: [{ text: 'select x=a', stdin: rows }],
  sort: [{ text: 'sort a', stdin: rows }],
  to: [{ text: 'to json', stdin: rows }],
  uniq: [{ text: 'uniq a', stdin: rows }],
  view: [{ text: 'view', stdin: rows }],
  // Nothing happens there: it goes on until somebody has had enough.
  watch: [{ text: 'watch HOST/team/app --timeout 2s' }],
  where: [{ text: "where 'a > 1'", stdin: rows }],
}

/** One line of every command: its first example, with a pipe also where it has one, or a line of its own. */
const table: readonly Line[] = commands.flatMap(
  ({ name, effect, input, examples: [first] }): readonly Line[] => {
    const line = (first?.line ?? name)
      .replaceAll(/(?:ghcr\.io|registry\.example\.com)(?=[/\s:]|$)/g, 'HOST')
      .replaceAll(/\b(tags|config|cp \$it) (app|backup)/g, '$1 HOST/team/$2')
    const verb = /[|>$]/.test(line)
    if (verb || own[name] !== undefined)
      return [...(own[name] ?? []), ...(verb ? [{ text: line, piped: true }] : [])]
    const plan = effect === 'W' || effect === 'D' ? ' --dry-run' : ''
    return [{ text: `${line}${plan}`, ...(input === 'none' ? {} : { stdin: '' }) }]
  },
)

/** What differs from run to run: milliseconds and seconds, the folder, the port. */
function steady(stdout: string): string {
  return stdout
    .replaceAll(/\t\d+\t(planned|done|existing)$/gm, '\t$1')
    .replaceAll(/\t\d+ s (?:ahead|behind)$/gm, '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"ms":\d+/g, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, (host) => (host === world.host ? host : 'PORT'))
}

/** What the examples push. */
const local = ['sbom.spdx.json', 'layer.tar', 'report.json', 'config.json', 'manifest.json']

/** Every door begins in a folder of its own, with the same in it. */
async function throughDoor(words: readonly string[], stdin: string, line: Line): Promise<unknown> {
  const folder = await mkdtemp(world.home.join('door-'))
  await writeFile(join(folder, 'line.ocish'), `#!/usr/bin/env -S ocish -f\n${hosted(line.text)}\n`)
  for (const name of local) await writeFile(join(folder, name), '{}')
  const cwd = { cwd: folder }
  if (line.before !== undefined) expect((await world.run(line.before, cwd)).code).toBe(0)
  const { child, done } = world.start(words, { stdin, ...cwd })
  if (line.until !== undefined) {
    const [begin] = (await once(child.stdout, 'data')) as [Buffer]
    expect(begin.toString()).toMatch(line.until)
    child.kill('SIGINT')
  }
  const { stdout, stderr, code } = await done
  const files = (await readdir(folder, { recursive: true })).filter((name) => name !== 'line.ocish')
  return {
    stdout: steady(stdout).replaceAll(folder, ''),
    code,
    stderr: withoutPlace(stderr).replaceAll(folder, ''),
    files: files.toSorted(),
  }
}

function hosted(line: string): string {
  return line.replaceAll('HOST', world.host)
}

/** Without a block, without a terminal, and without an end of its own. */
const unable = new Set(['each', 'view', 'watch HOST/team/app --timeout 2s'])

describe('one engine', () => {
  test('the table has a line of every command, and none of them is only a mistake', () => {
    expect(table.length).toBeGreaterThanOrEqual(commands.length)
    expect(Object.keys(own).filter((name) => !commands.some((command) => command.name === name))).toEqual([])
  })

  test.each(table)('$text: the same through argv, -c, a file and standard input', async (line) => {
    const text = hosted(line.text)
    const { stdin } = line
    const doors: readonly (readonly [readonly string[], string])[] = [
      ...(line.piped === true ? [] : [[wordsOf(text), stdin ?? ''] as const]),
      [['-c', text], stdin ?? ''],
      [['-f', 'line.ocish'], stdin ?? ''],
      ...(stdin === undefined ? [[[], text] as const] : []),
    ]
    const told: unknown[] = []
    // One after the other: they share a home.
    // oxlint-disable-next-line no-await-in-loop
    for (const [words, input] of doors) told.push(await throughDoor(words, input, line))
    const [first, ...others] = told
    expect(others).toEqual(others.map(() => first))
    if (own[line.text.split(' ')[0]!] !== undefined && !unable.has(line.text))
      expect(first).toMatchObject({ code: 0 })
  })

  test('argv is never interpreted', async () => {
    const { code, stderr } = await world.run(['tags', `${world.host}/team/app`, '|', 'count'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('-c')])
  })

  test('a script is data for the door that reads it: standard input, -, a shebang', async () => {
    const script = '^echo ...$args\nfrom json < rows.json | count\n'
    expect((await world.run([], { stdin: script })).stdout).toBe('\n2\n')
    expect((await world.run('- x y', { stdin: script })).stdout).toBe('x y\n2\n')
    await world.file('run.ocish', `#!/usr/bin/env -S ocish -f\n${script}`)
    await world.file('ocish', `#!/bin/sh\nexec '${process.execPath}' '${ocishBin}' "$@"\n`)
    await Promise.all(['run.ocish', 'ocish'].map((name) => chmod(world.home.join(name), 0o755)))
    expect((await shell('PATH=$PWD:$PATH ./run.ocish --x -- y')).stdout).toBe('--x -- y\n2\n')
  })

  test('what holds a program back is not taken for an argument of the script', async () => {
    await world.file('args.ocish', '^echo ...$args\n')
    for (const words of ['-f args.ocish x --dry-run', '- x --restricted', '-f args.ocish --allow-host=a']) {
      const { code, stdout, stderr } = await world.run(words, { stdin: '^echo ...$args' })
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('before the script')])
    }
    expect((await world.run('-f args.ocish -- --dry-run')).stdout).toBe('--dry-run\n')
    expect((await world.run('--dry-run -f args.ocish x')).stdout).toBe('')
  })

  test('standard input is data where a program was given otherwise', async () => {
    expect((await world.run(['-c', 'from json | count'], { stdin: '[1,2,3]' })).stdout).toBe('3\n')
    expect((await world.run(['where', 'a > 1', '-o', 'json'], { stdin: '{"a":1}\n{"a":2}\n' })).code).toBe(0)
  })
})

/** Where in the line a mistake is differs with the door. */
function withoutPlace(stderr: string): string {
  return stderr
    .replaceAll(/ at (?:argv|-c|line\.ocish|stdin)(?: line \d+)? columns \d+ to \d+/g, '')
    .replaceAll(/ Try: .*/g, '')
}

async function shell(line: string): Promise<Pick<OcishRun, 'stdout' | 'code'>> {
  const env = { HOME: world.home.path, PATH: process.env['PATH'] ?? '', NO_COLOR: '1', TERM: 'dumb' }
  const child = spawn('bash', ['-c', line], {
    cwd: world.home.path,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { stdout, code }
}

const program = `'${process.execPath}' '${ocishBin}'`

describe('requests', () => {
  const asked = async (line: string): Promise<readonly string[]> =>
    world.registry.asked(async () => {
      const { code, stderr } = await world.run(['--no-cache', '-c', line.replaceAll('HOST', world.host)])
      expect([code, stderr]).toEqual([0, ''])
    })

  test('tags | get tag: one a page', async () => {
    expect(await asked('tags HOST/team/app | get tag')).toEqual(['GET tags'])
  })

  test('lazy columns are fetched for the rows that are left', async () => {
    expect((await asked('tags HOST/team/app | first 3 | select tag created')).length).toBeLessThanOrEqual(4)
    expect((await asked('tags HOST/team/app | select tag created | first 3')).length).toBeLessThanOrEqual(4)
  })

  test('a program with a mistake asks nothing', async () => {
    const before = world.registry.requests.length
    expect((await world.run(['-c', `tags ${world.host}/team/app; frist 1`])).code).toBe(2)
    expect(world.registry.requests.length).toBe(before)
  })

  test('--check and --explain ask nothing', async () => {
    for (const flag of ['--check', '--explain']) {
      const line = `tags ${world.host}/team/* | each { cp $it ${world.host}/copy/ }`
      expect(await world.registry.asked(async () => void (await world.run([flag, '-c', line])))).toEqual([])
    }
  })
})

describe('standard streams', () => {
  test.skipIf(!has('bash'))('a reader that leaves: 141, silent', async () => {
    await world.file('long.txt', 'line\n'.repeat(200_000))
    const { stdout } = await shell(
      `${program} -c 'from lines < long.txt' | head -1; echo "\${PIPESTATUS[0]}"`,
    )
    expect(stdout).toBe('line\n141\n')
    const other = await shell(`${program} -c '^yes; ^touch never' | head -1; echo "\${PIPESTATUS[0]}"`)
    expect(other.stdout).toBe('y\n141\n')
    expect(await world.names()).not.toContain('never')
  })

  test.skipIf(!has('bash'))('closed streams never hold it', async () => {
    expect((await shell(`${program} <&-`)).code).toBe(0)
    expect((await shell(`${program} -c version <&-`)).stdout).toBe('0.0.0\n')
    expect((await shell(`${program} -c 'from json | count' <&-`)).code).not.toBeNull()
    expect((await shell(`${program} -c version >&-`)).code).not.toBeNull()
  })

  test('a pipe that fails leaves the file as it was', async () => {
    await world.file('old.txt', 'old')
    await world.file('broken.json', '[{"a":1},')
    expect((await world.run(['-c', 'from json < broken.json > old.txt'])).code).toBe(8)
    expect(await world.read('old.txt')).toBe('old')
    expect((await world.run(['-c', `tags ${world.host}/none > old.txt`])).code).toBe(3)
    expect(await world.read('old.txt')).toBe('old')
    expect((await world.names()).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('a redirect goes through a link, and into a device', async () => {
    await world.file('real.txt', 'old')
    await symlink('real.txt', world.home.join('link.txt'))
    expect((await world.run(['-c', '^printf new > link.txt; ^printf x > /dev/null'])).code).toBe(0)
    expect(await world.read('real.txt')).toBe('new')
  })
})

test('limits.glob of the configuration holds for files and for references', async () => {
  await world.file('limits.toml', '[limits]\nglob = 1\n')
  await world.file('many-a', 'a')
  await world.file('many-b', 'b')
  for (const line of [`push many-* ${world.host}/glob:1`, `exists ${world.host}/team/app:*`]) {
    const { code, stderr } = await world.run(['--config', 'limits.toml', '-c', line])
    expect([code, stderr]).toEqual([6, expect.stringMatching(/more than 1 names/)])
  }
})

describe('--restricted', () => {
  test.each([
    '^echo x',
    'from json < /etc/hostname',
    'from json < ../x.json',
    'from json < outside/hostname',
    'version > /tmp/ocish-never',
    'tags oci:/tmp',
    'push /etc/hostname HOST/x:1',
    'pull HOST/team/app:1.0 /tmp/ocish-never',
    'tags HOST/team/app --ca-file /etc/hostname',
    'logout ghcr.io',
    'set defaults.output json',
    'plugin add oci:plugin',
    'plugin rm one',
    'plugin enable one',
    'plugin disable one',
    'plugin new one',
    'plugin doctor',
  ])('%s is refused', async (line) => {
    await symlink('/etc', world.home.join('outside')).catch(() => undefined)
    const { code, stderr } = await world.run(['--restricted', '-c', line.replaceAll('HOST', world.host)])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/RESTRICTED|BIND_EXTERNAL/)])
  })
})

describe('T45 hostile text on a terminal', () => {
  const hostile = ['\u001B[2J', '\u001B]52;c;Zm9v\u0007', '\u009B31m', 'real\rfake', '\u202Egnp.exe', 'a\bb']

  test.skipIf(!has('script'))('no control byte, whatever shows it', async () => {
    await world.file('notes.json', JSON.stringify(hostile.map((note) => ({ note, [note]: 1 }))))
    await world.file('note.txt', hostile.join('\n'))
    for (const [index, text] of hostile.entries())
      await world.run(['push', 'a.txt', '--annotation', `note=${text}`, `${world.host}/h:${index}`])
    const programs = [
      'from json < notes.json',
      'from json < notes.json | get note',
      'from json < notes.json | select note | to md',
      'from json < notes.json | to yaml',
      'from json < notes.json | to json',
      'from lines < note.txt',
      `tags ${world.host}/h | each { describe $it }`,
      `manifest ${world.host}/h:0 | from json | get annotations`,
      `manifest ${world.host}/h:3`,
    ]
    for (const line of programs) {
      await world.file('program.ocish', line)
      const { stdout } = await shell(`script -qec "${program} --color never -f program.ocish" /dev/null`)
      expect(stdout).not.toBe('')
      expect([line, /[\p{Cc}\p{Cf}]/u.exec(stdout.replaceAll('\r\n', '').replaceAll('\n', ''))?.[0]]).toEqual(
        [line, undefined],
      )
    }
  })
})

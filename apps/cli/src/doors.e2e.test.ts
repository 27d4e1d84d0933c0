import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, symlink } from 'node:fs/promises'
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
})
afterAll(() => world[Symbol.asyncDispose]())

/** A line as a POSIX shell parts it, as far as the examples use it. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)].map(
    ([whole, single, double]) => single ?? double ?? whole,
  )
}

/** They never end, find what they made before, or tell what was asked before. */
const left = ['serve', 'plugin new', 'klaus new', 'cache clear', 'cache prune']
const commands = commandTable(builtInKinds()).signatures

/** One line of every command: its first example, or itself alone where that one needs a shell, a pipe or an end. */
const examples = commands
  .map(({ name, effect, examples: [first] }) => {
    if (first === undefined || /[|>$]/.test(first.line) || left.includes(name)) return `${name} --bogus`
    return `${first.line}${effect === 'W' || effect === 'D' ? ' --dry-run' : ''}`
  })
  .map((line) => line.replaceAll(/(?:ghcr\.io|registry\.example\.com)(?=[/\s:]|$)/g, 'HOST'))

/** Standard input cannot be the program and the data of the program. */
const reading = new Set(commands.filter(({ input }) => input !== 'none').map(({ name }) => name))

/** Milliseconds and seconds differ from run to run. */
function steady(stdout: string): string {
  return stdout.replaceAll(/\t\d+\tplanned$/gm, '\tplanned').replaceAll(/\t\d+ s (?:ahead|behind)$/gm, '')
}

describe('one engine', () => {
  test.each(examples)('%s: the same through argv, -c, a file and standard input', async (line) => {
    const given = line.replaceAll('HOST', world.host)
    await world.file('line.ocish', `#!/usr/bin/env -S ocish -f\n${given}\n`)
    const doors: readonly (readonly [readonly string[], string])[] = [
      [wordsOf(given), ''],
      [['-c', given], ''],
      [['-f', 'line.ocish'], ''],
      ...(reading.has(given.split(' ')[0]!) ? [] : [[[], given] as const]),
    ]
    const told = []
    for (const [words, stdin] of doors) {
      // One after the other: they work in one folder.
      // oxlint-disable-next-line no-await-in-loop
      const { stdout, stderr, code } = await world.run(words, { stdin })
      told.push({ stdout: steady(stdout), code, stderr: withoutPlace(stderr) })
    }
    const [argv, ...others] = told
    expect(others).toEqual(others.map(() => argv))
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

import { execFile, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { once } from 'node:events'
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { Target } from '@ocish/sdk'
import { temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TargetOptions, withTarget } from './target.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let cwd: string
const { signal } = new AbortController()

beforeEach(async () => {
  folder = await temporaryFolder()
  cwd = join(folder.path, 'cwd')
  await mkdir(cwd)
})

afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

function options(given: Partial<TargetOptions> = {}): TargetOptions {
  return { force: false, signal, cwd, ...given }
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

async function fill(
  path: string,
  files: Readonly<Record<string, string>>,
  given?: Partial<TargetOptions>,
): Promise<void> {
  await withTarget(path, options(given), async (target) => {
    for (const [name, text] of Object.entries(files)) await target.write(name, bytes(text))
  })
}

async function seen(path: string): Promise<readonly string[]> {
  const names = await readdir(join(cwd, path), { recursive: true })
  return names.toSorted()
}

async function exists(path: string): Promise<boolean> {
  return lstat(join(cwd, path)).then(
    () => true,
    () => false,
  )
}

describe('a new folder', () => {
  it('appears as a whole, with the modes that were asked for', async () => {
    await withTarget('out/deep', options(), async (target) => {
      await target.folder('bin', { mode: 0o555 })
      await target.write('bin/run', bytes('#!'), { mode: 0o755 })
      await target.link('latest', 'bin/run')
      expect(await readdir(join(cwd, 'out'))).toHaveLength(1)
      expect(await exists('out/deep')).toBe(false)
    })
    expect(await seen('out')).toEqual(['deep', 'deep/bin', 'deep/bin/run', 'deep/latest'])
    expect((await stat(join(cwd, 'out/deep/bin/run'))).mode & 0o111).toBe(0o111)
    expect(await readlink(join(cwd, 'out/deep/latest'))).toBe('bin/run')
  })

  it('leaves nothing behind when filling fails', async () => {
    const failing = withTarget('out', options(), async (target) => {
      await target.write('a', bytes('a'))
      throw new Error('no more')
    })
    await expect(failing).rejects.toThrow('no more')
    expect(await seen('.')).toEqual([])
  })

  it('leaves nothing behind when it is aborted in the middle of a file', async () => {
    const abort = new AbortController()
    const aborted = withTarget('out', options({ signal: abort.signal }), async (target) => {
      await target.write(
        'a',
        (async function* endless() {
          for (;;) {
            yield Buffer.from('x')
            abort.abort()
          }
        })(),
      )
    })
    await expect(aborted).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(await seen('.')).toEqual([])
  })

  it('takes the place of an empty folder and keeps its mode', async () => {
    await mkdir(join(cwd, 'out'))
    await chmod(join(cwd, 'out'), 0o750)
    await fill('out', { a: 'a' })
    expect(await seen('out')).toEqual(['a'])
    expect((await stat(join(cwd, 'out'))).mode & 0o777).toBe(0o750)
  })

  it('can be one file', async () => {
    await fill('config.json', { '': '{}' })
    expect(await readFile(join(cwd, 'config.json'), 'utf8')).toBe('{}')
    await expect(fill('config.json', { '': 'x' })).toFailWith('FILE_EXISTS')
    await fill('config.json', { '': 'x' }, { force: true })
    expect(await readFile(join(cwd, 'config.json'), 'utf8')).toBe('x')
    expect(await seen('.')).toEqual(['config.json'])
  })
})

describe('a folder with files in it', () => {
  beforeEach(async () => {
    await mkdir(join(cwd, 'out'))
    await writeFile(join(cwd, 'out/old'), 'old')
  })

  it('is refused without force and replaced as a whole with it', async () => {
    await expect(fill('out', { new: 'new' })).toFailWith('TARGET_NOT_EMPTY')
    expect(await seen('out')).toEqual(['old'])
    await fill('out', { new: 'new' }, { force: true })
    expect(await seen('.')).toEqual(['out', 'out/new'])
  })

  it('stays as it was when replacing it fails', async () => {
    const failing = withTarget('out', options({ force: true }), async () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await seen('.')).toEqual(['out', 'out/old'])
  })

  it('is merged file by file on request', async () => {
    await fill('out', { new: 'new', 'sub/a': 'a' }, { merge: true })
    expect(await seen('out')).toEqual(['new', 'old', 'sub', 'sub/a'])
  })
})

describe('the working folder', () => {
  it('is filled file by file; all conflicts are found before the first move', async () => {
    await writeFile(join(cwd, 'b'), 'mine')
    await expect(fill('.', { a: '1', b: '2', c: '3' }, { merge: true })).toFailWith('FILE_EXISTS')
    expect(await seen('.')).toEqual(['b'])
    await fill('.', { a: '1', c: '3' }, { merge: true })
    expect(await seen('.')).toEqual(['a', 'b', 'c'])
    expect(await readFile(join(cwd, 'b'), 'utf8')).toBe('mine')
  })

  it('refuses names that are known before anything is read for them', async () => {
    await writeFile(join(cwd, 'b'), 'mine')
    await symlink('/etc', join(cwd, 'link'))
    const filled: string[] = []
    const merging = async (...names: string[]): Promise<void> =>
      withTarget('.', { force: false, merge: true, names, signal, cwd }, async (target) => {
        filled.push(names[0] ?? '')
        await target.write(names[0] ?? '', bytes('x'))
      })
    await expect(merging('a', 'b')).toFailWith('FILE_EXISTS')
    await expect(merging('link/passwd')).toFailWith('TARGET_UNSAFE')
    expect(filled).toEqual([])
    await expect(merging('../b')).toFailWith('TARGET_UNSAFE')
    await merging('a', 'c')
    expect(await readFile(join(cwd, 'a'), 'utf8')).toBe('x')
  })

  it('is refused when files are in it and nobody asked to merge', async () => {
    await writeFile(join(cwd, 'b'), 'mine')
    await expect(fill('.', { a: '1' })).toFailWith('TARGET_NOT_EMPTY')
    await fill('.', { b: '2' }, { force: true })
    expect(await readFile(join(cwd, 'b'), 'utf8')).toBe('2')
  })

  it('is never moved aside, and neither is what is above it', async () => {
    await writeFile(join(cwd, 'keep'), 'keep')
    await fill('..', { x: 'x' }, { force: true })
    expect(await readFile(join(cwd, 'keep'), 'utf8')).toBe('keep')
    expect(await readFile(join(folder.path, 'x'), 'utf8')).toBe('x')
  })
})

describe('paths that a stranger chose', () => {
  const bad = [
    '../x',
    '/abs',
    'a/../../x',
    'a\\..\\x',
    'C:x',
    'a\0b',
    'x'.repeat(4096),
    '.',
    './',
    'a/./b',
    'a//b',
    ' ',
    'con',
    'sub/NUL.txt',
    'a\u001b[2J',
    'n'.repeat(256),
  ]
  it.each(bad)('T1 T5 T6 %j is refused and nothing appears', async (path) => {
    await expect(fill('out', { [path]: 'x' })).toFailWith('TARGET_UNSAFE')
    expect(await seen('.')).toEqual([])
    expect(await readdir(folder.path)).toEqual(['cwd'])
  })

  it.each(['a b', '…', 'sha256:abc', '.hidden', 'a..b', 'console'])(
    'T1 %j is an ordinary name',
    async (path) => {
      await fill('out', { [path]: 'x' })
      expect(await seen('out')).toEqual([path])
    },
  )

  it('T2 nothing is written through a link that was there before', async () => {
    await mkdir(join(folder.path, 'outside'))
    await symlink('../../outside', join(cwd, 'link'))
    await expect(fill('.', { 'link/x': 'x' }, { merge: true })).toFailWith('TARGET_UNSAFE')
    await expect(fill('link', { x: 'x' })).toFailWith('TARGET_UNSAFE')
    await expect(fill('.', { link: 'x' }, { merge: true })).toFailWith('FILE_EXISTS')
    expect(await readdir(join(folder.path, 'outside'))).toEqual([])
  })

  const traps: readonly (readonly [string, (target: Target) => Promise<void>])[] = [
    ['a link out', async (target) => target.link('a', '..')],
    ['a link out of a folder', async (target) => target.link('sub/a', '../../x')],
    ['an absolute link', async (target) => target.link('a', '/etc/passwd')],
    ['a link down and up again', async (target) => target.link('a', 'sub/../../x')],
    [
      'a chain of links',
      async (target) => {
        await target.link('a', 'b')
        await target.link('b', '.')
        await target.write('a/x', bytes('x'))
      },
    ],
    [
      'a link that a file of the same name is to be written through',
      async (target) => {
        await target.link('a', 'b')
        await target.write('a', bytes('x'))
      },
    ],
    [
      'a folder in the place of a link',
      async (target) => {
        await target.link('a', 'b')
        await target.folder('a')
      },
    ],
    ['a hard link to a file of the working folder', async (target) => target.hardlink?.('a', 'secret')],
    ['a hard link out', async (target) => target.hardlink?.('a', '../secret')],
    ['the root as a link', async (target) => target.link('', 'x')],
  ]
  it.each(traps)('T3 T4 T5 %s is refused', async (_, trap) => {
    await writeFile(join(cwd, 'secret'), 'secret')
    const run = withTarget('out', options(), trap)
    await expect(run).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^TARGET_UNSAFE$|^FILE_EXISTS$/) }),
    )
    expect(await seen('.')).toEqual(['secret'])
  })

  it('T9 a link that stays inside is kept as it is', async () => {
    await withTarget('out', options(), async (target) => {
      await target.write('lib/libx.so.1', bytes('x'))
      await target.link('lib/libx.so', 'libx.so.1')
      await target.link('bin/tool', '../lib/libx.so.1')
      await target.hardlink?.('lib/copy', 'lib/libx.so.1')
    })
    expect(await readFile(join(cwd, 'out/bin/tool'), 'utf8')).toBe('x')
    expect(await readFile(join(cwd, 'out/lib/copy'), 'utf8')).toBe('x')
  })

  it('T52 the place where it is made is private and has no predictable name', async () => {
    const names = new Set<string>()
    for (const name of ['one', 'two']) {
      await withTarget(name, options(), async () => {
        const [hidden = ''] = (await readdir(cwd)).filter((entry) => entry.startsWith('.ocish-'))
        expect((await lstat(join(cwd, hidden))).mode & 0o777).toBe(0o700)
        names.add(hidden)
      })
    }
    expect(names.size).toBe(2)
  })
})

describe('a run that is killed', () => {
  const script = (body: string): string => `
    import { withTarget } from ${JSON.stringify(join(import.meta.dirname, 'target.ts'))}
    import { promises as fs } from 'node:fs'
    const die = () => process.kill(process.pid, 'SIGKILL')
    async function* bytes(text) { yield Buffer.from(text) }
    const options = { force: true, signal: new AbortController().signal, cwd: process.cwd() }
    ${body}
  `

  async function killed(body: string): Promise<void> {
    const child = spawn(process.execPath, ['-C', 'ocish-source', '--input-type=module', '-e', script(body)], {
      cwd,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [, killer] = (await once(child, 'exit')) as [number | null, string | null]
    expect(killer).toBe('SIGKILL')
  }

  beforeEach(async () => {
    await mkdir(join(cwd, 'out'))
    await writeFile(join(cwd, 'out/old'), 'old')
  })

  it('while filling leaves the old folder, and the next run cleans up', async () => {
    await killed(
      `await withTarget('out', options, async (target) => { await target.write('new', bytes('new')); die() })`,
    )
    expect((await readdir(cwd)).length).toBe(2)
    await fill('out', { next: 'next' }, { force: true })
    expect(await seen('.')).toEqual(['out', 'out/next'])
  })

  it('between the two renames is finished by the next run, which then refuses what is there', async () => {
    await killed(`
      const rename = fs.rename
      fs.rename = async (from, to) => { await rename(from, to); die() }
      await withTarget('out', options, async (target) => target.write('new', bytes('new')))
    `)
    expect(await exists('out')).toBe(false)
    await expect(fill('out', { next: 'next' })).toFailWith('TARGET_NOT_EMPTY')
    expect(await seen('.')).toEqual(['out', 'out/new'])
  })

  it('while moving file by file is finished by the next run', async () => {
    await killed(`
      const rename = fs.rename
      fs.rename = async (from, to) => { await rename(from, to); die() }
      await withTarget('.', { ...options, merge: true }, async (target) => {
        await target.write('a', bytes('a'))
        await target.write('b', bytes('b'))
      })
    `)
    await fill('.', { c: 'c' }, { merge: true })
    expect(await seen('.')).toEqual(['a', 'b', 'c', 'out', 'out/old'])
  })

  it('of another process that still runs is left alone', async () => {
    const child = execFile(process.execPath, [
      '-C',
      'ocish-source',
      '--input-type=module',
      '-e',
      script(`
        process.chdir(${JSON.stringify(cwd)})
        await withTarget('out', { ...options, cwd: process.cwd() }, async (target) => {
          process.stdout.write('ready')
          await new Promise((resolve) => process.stdin.once('data', resolve))
          await target.write('slow', bytes('slow'))
        })
        process.stdin.unref()
      `),
    ])
    await once(child.stdout ?? child, 'data')
    await fill('out', { fast: 'fast' }, { force: true })
    expect(await seen('out')).toEqual(['fast'])
    child.stdin?.end('go')
    await once(child, 'exit')
    expect(await seen('.')).toEqual(['out', 'out/slow'])
  })
})

const otherDevice =
  statSync('/dev/shm', { throwIfNoEntry: false })?.dev !== statSync('/dev', { throwIfNoEntry: false })?.dev

it.skipIf(!otherDevice)('a mount point is filled file by file', async () => {
  const name = `ocish-test-${process.pid}`
  await fill('/dev/shm', { [name]: 'x' }, { force: true })
  expect(await readFile(`/dev/shm/${name}`, 'utf8')).toBe('x')
  await rm(`/dev/shm/${name}`)
})

import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ocishBin, runOcish } from '@ocish/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { sharedHome } from './shared-home.test-kit.ts'
import { TestTerminal } from './terminal.test-kit.ts'

const home = sharedHome()
beforeAll(async () => {
  await runOcish(['push', 'a.txt', `${home.registry.host}/team/app:1.0`], { cwd: home.folder.path })
})

async function ready(): Promise<TestTerminal> {
  const terminal = new TestTerminal({ home: home.folder.path })
  await terminal.shows('❯')
  terminal.type('ready')
  await terminal.shows('ready')
  terminal.type('\u0015')
  await terminal.until(({ screen }) => !screen.join('').includes('ready'), 'an empty line')
  return terminal
}

const framesIn = (output: string): number => output.split('\u001B[?2026h').length - 1

describe('what a key costs', () => {
  test('no request, whatever is typed, walked through and searched; Tab alone asks', async () => {
    await using terminal = await ready()
    const before = home.registry.requests.length
    terminal.type(`tags ${home.registry.host}/team/app`)
    await terminal.shows('/team/app')
    terminal.type('\r')
    await terminal.shows('1.0')
    const asked = home.registry.requests.length
    expect(asked).toBeGreaterThan(before)
    // Ghost text, history, search, the signature, undo and movement.
    terminal.type(`describe ${home.registry.host}/team/app:1`)
    await terminal.shows('team/app:1')
    terminal.type('\u0015tags')
    // Once as it was run, and once as what history suggests.
    await terminal.until(
      ({ screen }) => screen.filter((row) => row.includes(`❯ tags ${home.registry.host}`)).length === 2,
      'the ghost text',
    )
    terminal.type('\u001B[C\u001B[A\u001B[B\u001Bb\u0001\u0005\u001F')
    terminal.type('\u0015\u0012team')
    await terminal.shows('search: team')
    terminal.type('\u0007typed')
    await terminal.shows('typed')
    expect(home.registry.requests.length).toBe(asked)
    terminal.type(`\u0015describe ${home.registry.host}/team/app:\t`)
    await terminal.shows('app:1.0')
    expect(home.registry.requests.length).toBeGreaterThan(asked)
  })

  test('few bytes a key', async () => {
    await using terminal = await ready()
    const line = 'describe team/app:1.0 --platform linux/amd64'
    const before = terminal.output.length
    for (const [index, key] of line.split('').entries()) {
      const painted = framesIn(terminal.output)
      terminal.type(key)
      await terminal.until(({ output }) => framesIn(output) > painted, `${line.slice(0, index + 1)} painted`)
    }
    await terminal.shows(line)
    expect((terminal.output.length - before) / line.length).toBeLessThan(250)
  })

  test('few frames a burst: keys that come together are painted together', async () => {
    await using terminal = await ready()
    const before = framesIn(terminal.output)
    terminal.type(`${'word '.repeat(100)}end`)
    await terminal.shows('end')
    expect(framesIn(terminal.output) - before).toBeLessThanOrEqual(4)
  })
})

describe('what a run without a session loads', () => {
  const dist = dirname(ocishBin)
  const holdsReact = (file: string): boolean =>
    /react-reconciler|Symbol\.for\(.react\.|yoga/i.test(readFileSync(join(dist, file), 'utf8'))

  test('there is something not to load', () => {
    expect(readdirSync(dist).filter((name) => name.endsWith('.mjs') && holdsReact(name))).not.toEqual([])
  })

  test.each([
    ['argv', ['tags', 'HOST/team/app'], ''],
    ['-c', ['-c', 'tags HOST/team/app | first 1'], ''],
    ['a script', ['-f', 'script.ocish'], ''],
    ['standard input', [], 'tags HOST/team/app\n'],
    ['help', ['help'], ''],
  ])('%s: neither React nor Ink nor the session', async (_name, words, stdin) => {
    const put = (text: string): string => text.replaceAll('HOST', home.registry.host)
    await writeFile(join(home.folder.path, 'script.ocish'), put('tags HOST/team/app\n'))
    await writeFile(
      join(home.folder.path, 'modules.mjs'),
      `import { registerHooks } from 'node:module'
       import { writeFileSync } from 'node:fs'
       const loaded = []
       registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
       process.on('exit', () => writeFileSync('modules.json', JSON.stringify(loaded)))`,
    )
    const nodeArgs = ['--import', './modules.mjs']
    const { code, stderr } = await runOcish(words.map(put), {
      cwd: home.folder.path,
      stdin: put(stdin),
      nodeArgs,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const loaded = JSON.parse(
      readFileSync(join(home.folder.path, 'modules.json'), 'utf8'),
    ) as readonly string[]
    const own = loaded
      .filter((url) => url.endsWith('.mjs') && url.startsWith('file:'))
      .map((url) => basename(url))
    expect(own).toContain(basename(ocishBin))
    expect(own.filter((name) => name !== 'modules.mjs' && holdsReact(name))).toEqual([])
    expect(own.filter((name) => /^(?:interactive|shell-session|mount)-/.test(name))).toEqual([])
  })
})

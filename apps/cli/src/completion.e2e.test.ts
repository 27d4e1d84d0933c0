import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { has, ocishBin } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('a.txt', 'a')
  await world.run('push a.txt HOST/team/app:1.0 --tag 1.1')
  await world.run('push a.txt HOST/team/lib:2')
  for (const name of ['bash', 'zsh', 'fish'])
    await world.file(`stub.${name}`, (await world.run(`completion ${name}`)).stdout)
  await world.file('ocish', `#!/bin/sh\nexec '${process.execPath}' '${ocishBin}' "$@"\n`)
  await chmod(world.home.join('ocish'), 0o755)
})
afterAll(() => world[Symbol.asyncDispose]())

/** A real shell in the home folder; `HOST` in its input is the registry. */
async function shell(command: string, args: readonly string[], input: string): Promise<string> {
  const home = world.home.path
  const path = `${home}:${process.env['PATH'] ?? ''}`
  const child = spawn(
    command,
    args.map((arg) => arg.replaceAll('HOST', world.host)),
    {
      cwd: home,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { HOME: home, PATH: path, INPUTRC: '/dev/null', TERM: 'dumb', OCISH_COMPLETION_MS: '10000' },
    },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdin.end(input.replaceAll('HOST', world.host))
  await once(child, 'close')
  return output
}

describe('what the stubs ask for', () => {
  const complete = async (...words: readonly string[]): Promise<readonly string[]> =>
    (await world.run(['__complete', '--', ...words], { env: { OCISH_COMPLETION_MS: '10000' } })).stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]!.replaceAll(world.host, 'HOST'))

  test.each([
    [['ta'], ['word', 'tag', 'tags']],
    [
      ['cache', ''],
      ['word', 'clear', 'du', 'ls', 'prune'],
    ],
    [
      ['tags', 'x', '--lim'],
      ['word', '--limit'],
    ],
    [
      ['tags', '-o', 'nd'],
      ['word', 'ndjson'],
    ],
    [
      ['tags', '--output=nd'],
      ['word', '--output=ndjson'],
    ],
    [
      ['completion', 'f'],
      ['word', 'fish'],
    ],
    [['pull', './'], ['file']],
    [
      ['tags', 'HOST/'],
      ['open', 'HOST/team/app', 'HOST/team/lib'],
    ],
    [
      ['cp', 'HOST/team/app:1'],
      ['word', 'HOST/team/app:1.0', 'HOST/team/app:1.1'],
    ],
    [['tags', 'nobody.invalid/x:'], ['word']],
    [['no-such-command', 'x'], ['word']],
  ])('%j', async (words, expected) => {
    expect(await complete(...words.map((word) => word.replaceAll('HOST', world.host)))).toEqual(expected)
  })

  test('one list of the registry at most, and none the second time', async () => {
    const ask = async (): Promise<readonly string[]> =>
      world.registry.asked(async () => complete('tags', `${world.host}/team/lib:`))
    expect((await ask()).length).toBeLessThanOrEqual(1)
    expect(await ask()).toEqual([])
  })
})

const bashRc = `ocish() { if [[ $1 == __complete ]]; then command ocish "$@"; else printf '<%s>' "$@"; echo; fi; }\n. ./stub.bash\n`

test.skipIf(!has('bash'))('bash, whose words end at colons', async () => {
  await world.file('rc.bash', bashRc)
  const lines = [
    'ocish describe HOST/team/app:1.\x1b*',
    'ocish describe HOST/team/l\t',
    'ocish tags --outp\t',
    'ocish tags HOST/team/lib -o nd\t',
    'ocish completion z\t',
    'ocish pull HOST/team/lib:\t a.t\t',
  ]
  const output = await shell('bash', ['--rcfile', 'rc.bash', '-i'], `${lines.join('\n')}\n`)
  expect(output.replaceAll(world.host, 'HOST').trim().split('\n')).toEqual([
    '<describe><HOST/team/app:1.0><1.1>',
    '<describe><HOST/team/lib>',
    '<tags><--output>',
    '<tags><HOST/team/lib><-o><ndjson>',
    '<completion><zsh>',
    '<pull><HOST/team/lib:2><a.txt>',
  ])
})

test.skipIf(!has('fish'))('fish', async () => {
  const ask = async (line: string): Promise<readonly string[]> => {
    const output = await shell('fish', ['--no-config', '-c', `source stub.fish; complete -C'${line}'`], '')
    return output
      .trim()
      .split('\n')
      .map((each) => each.split('\t')[0]!.replaceAll(world.host, 'HOST'))
  }
  expect(await ask('ocish tags HOST/team/')).toEqual(['HOST/team/app', 'HOST/team/lib'])
  expect(await ask('ocish describe HOST/team/app:1')).toEqual(['HOST/team/app:1.0', 'HOST/team/app:1.1'])
  expect(await ask('ocish cache p')).toEqual(['prune'])
  expect(await ask('ocish pull HOST/team/app:1.0 a.')).toEqual(['a.txt'])
})

/** zsh completes at a terminal only: it gets one of its own. */
const zshScript = (line: string): string => `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'stty -echo; path=($PWD $path); PS1=; unset zle_bracketed_paste; autoload -U compinit; compinit -u -D; . ./stub.zsh; ocish() { if [[ $1 == __complete ]]; then command ocish "$@"; else print -r -- "<\${(j:><:)@}>" > out.txt; exit; fi }; print RE''ADY'
zpty -r -m z out '*READY*'
zpty -w z ${JSON.stringify(line)}$'\\t\\n'
while zpty -t z && zpty -r z out; do :; done
cat out.txt
`

test.skipIf(!has('zsh'))('zsh', async () => {
  const complete = async (line: string): Promise<string> => {
    await world.file('z.zsh', zshScript(line).replaceAll('HOST', world.host))
    return (await shell('zsh', ['-f', 'z.zsh'], '')).replaceAll(world.host, 'HOST').trim()
  }
  expect(await complete('ocish describe HOST/team/l')).toBe('<describe><HOST/team/lib>')
  expect(await complete('ocish tags HOST/team/lib:')).toBe('<tags><HOST/team/lib:2>')
  expect(await complete('ocish completion f')).toBe('<completion><fish>')
})

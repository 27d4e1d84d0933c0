import { expect, test } from 'vitest'
import { sharedHome } from './shared-home.test-kit.ts'
import { TestTerminal } from './terminal.test-kit.ts'

const home = sharedHome()

/** A plain session at its prompt. */
async function open(): Promise<TestTerminal> {
  const terminal = new TestTerminal({ home: home.folder.path, columns: 100, args: ['--plain'] })
  await terminal.shows('ocish>')
  return terminal
}

/** It waits for a line. */
const prompted = async (terminal: TestTerminal, prompt: string): Promise<void> =>
  terminal.until(({ screen }) => screen.at(-1)?.trim() === prompt, `the prompt ${prompt}`)

const ends = async (terminal: TestTerminal, status: number): Promise<void> => {
  terminal.type(`exit ${status}\r`)
  expect(await terminal.ended).toBe(status)
}

/** Everything that was written, as lines. */
const written = (terminal: TestTerminal): string => terminal.output.replaceAll('\r\n', '\n')

test('a line that is not finished is asked for more, and runs once it is', async () => {
  await using terminal = await open()
  terminal.type('version |\r')
  await terminal.shows('more>')
  terminal.type('count\r')
  await terminal.until(({ screen }) => screen.includes('1'), 'the count')
  await prompted(terminal, 'ocish>')
  terminal.type("version 'a\r")
  await prompted(terminal, 'more>')
  expect(written(terminal)).not.toContain('error')
  terminal.type("b'\r")
  await terminal.shows('error USAGE')
  await ends(terminal, 3)
})

test('Ctrl-C gives up what is not finished, and ends what runs', async () => {
  await using terminal = await open()
  terminal.type('version |\r')
  await terminal.shows('more>')
  terminal.type('\u0003')
  await prompted(terminal, 'ocish>')
  terminal.type(`watch ${home.registry.host} --every 1h\r`)
  await terminal.shows('--every 1h')
  await expect.poll(() => home.registry.requests.length).toBeGreaterThan(0)
  terminal.type('\u0003')
  await terminal.shows('cancelled')
  await ends(terminal, 4)
})

test('the end of the input ends the session, also in the middle of a line', async () => {
  await using idle = await open()
  idle.type('\u0004')
  expect(await idle.ended).toBe(0)
  await using amid = await open()
  amid.type('version |\r')
  await amid.shows('more>')
  amid.type('\u0004')
  expect(await amid.ended).toBe(0)
  expect(written(amid)).not.toContain('error')
})

test('what needs a yes is asked for in words; anything else is a no', async () => {
  await using terminal = await open()
  const ref = `${home.registry.host}/team/app:1.0`
  terminal.type(`push a.txt ${ref}\r`)
  await terminal.shows('sha256:')
  terminal.type(`rm ${ref}\r`)
  await terminal.until(({ screen }) => /:\s*$/.test(screen.at(-1) ?? ''), 'the question')
  expect(terminal.screen.join('\n')).toContain('app:1.0')
  terminal.type('perhaps\r')
  await terminal.shows('error ')
  terminal.type(`exists ${ref} && pwd\r`)
  await terminal.shows('(none)')
  await ends(terminal, 5)
})

test('errors are one line each with its code; view prints, browse says what to use instead', async () => {
  await using terminal = await open()
  terminal.type('tags\r')
  await terminal.shows('error USAGE_')
  terminal.type(`tags ${home.registry.host}/none\r`)
  await terminal.shows('error REPOSITORY_NOT_FOUND')
  terminal.type('browse\r')
  await terminal.shows('browse needs the whole screen')
  await terminal.shows('Use ls and describe in a plain session.')
  terminal.type('set ui.motion off\r')
  await terminal.shows('ui.motion has no meaning in a plain session')
  terminal.type('history | last 2 | view\r')
  await terminal.until(({ screen }) => screen.some((row) => /\bset ui\.motion off$/.test(row)), 'its rows')
  await ends(terminal, 6)
  expect(written(terminal)).not.toMatch(new RegExp(String.raw`\u001b\[\d*[ABCDHJKm]|\u001b\[\?1049h`))
})

test('jobs tell their end in a sentence, and who is at work is listed', async () => {
  await using terminal = await open()
  terminal.type('version &\r')
  await terminal.shows('job 1 done: version')
  terminal.type(`tags ${home.registry.host}/none &\r`)
  await terminal.shows(`job 2 failed: tags ${home.registry.host}/none`)
  terminal.type('jobs\r')
  await terminal.until(({ screen }) => screen.some((row) => /^ *2 +failed\b/.test(row)), 'the list')
  expect(written(terminal).match(/^(?:\S+> )?job \d .*$/gm)).toHaveLength(2)
  await ends(terminal, 7)
})

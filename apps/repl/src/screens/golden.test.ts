import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OcishError } from '@ocish/sdk'
import { embeddedRegistry } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import type { KeyEvent } from '../keys/key-event.ts'
import { TestSession } from '../session/recording-front.test-kit.ts'
import { BrowseScreen } from './browse-screen.ts'
import type { Screen } from './driver.ts'
import { WatchScreen } from './watch-screen.ts'

const look = { width: 78, color: false, ascii: false, now: 0 }
const painted = (screen: Screen): string => screen.rows(78, 10, look).join('\n')

/** Waits for the screen to say so. */
async function shows(screen: Screen, text: RegExp): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const checked = (): void => {
    if (text.test(painted(screen))) resolve()
  }
  const stop = screen.onChange(checked)
  checked()
  await promise
  stop()
}

function press(screen: Screen, ...keys: readonly string[]): void {
  for (const key of keys) {
    const event: KeyEvent = key.length === 1 ? { type: 'text', text: key } : { type: 'key', name: key }
    expect(screen.key(event)).toBe(false)
  }
}

describe('golden: browse', () => {
  test('repositories, tags, a description, and what a key asks or says', async () => {
    await using registry = await embeddedRegistry()
    await using session = await TestSession.open()
    const file = join(session.home, 'a.txt')
    await writeFile(file, 'hello')
    for (const name of ['app:1.0', 'app:1.1', 'tool:latest'])
      expect((await session.run(`push ${file} ${registry.host}/team/${name}`)).exit).toBe(0)
    const ran: string[] = []
    const screen = new BrowseScreen({
      location: `${registry.host}/team`,
      services: await session.shell.services(),
      actions: {
        beside: (line) => {
          ran.push(line)
          return { id: 1, line, state: 'running', started: 0 }
        },
        job: () => ({ id: 1, line: ran.at(-1)!, state: 'running', started: 0 }),
        wait: async () => new Promise(() => undefined),
      },
      signal: new AbortController().signal,
    })
    /** A port is another one each time, and as long. */
    const golden = (name: string): void =>
      expect(painted(screen).replaceAll(registry.host, '127.0.0.1:54321')).toMatchSnapshot(name)

    await shows(screen, /2 repositories · live/)
    golden('repositories')
    press(screen, 'enter')
    // The columns of both tags come by themselves.
    await shows(screen, /2 tags · live[^]*files[^]*sha256:[^]*files[^]*sha256:/)
    golden('tags')
    press(screen, 'f')
    golden('diff needs a mark')
    press(screen, ' ', 'c', 'm', '/', 'x')
    golden('where to copy to')
    press(screen, 'enter')
    golden('the job')
    expect(ran).toEqual([`cp ${registry.host}/team/app:1.1 m/x`])
    press(screen, '/', '0')
    golden('a filter is typed')
    press(screen, '9', 'enter')
    golden('nothing fits')
    press(screen, 'escape', 'd')
    await shows(screen, /digest/)
    golden('description')
    press(screen, 'q', 'backspace')
    expect(screen.lines).toEqual([...ran, `describe ${registry.host}/team/app:1.1`])
    expect(screen.key({ type: 'text', text: ':' })).toBe(true)
    expect(screen.text).toBe(` ${registry.host}/team/app`)
  })

  test('a place that is not there', async () => {
    await using registry = await embeddedRegistry()
    await using session = await TestSession.open()
    const screen = new BrowseScreen({
      location: `${registry.host}/none/app:1`,
      services: await session.shell.services(),
      actions: {
        beside: () => {
          throw new Error('nothing runs')
        },
        job: () => undefined,
        wait: async () => undefined,
      },
      signal: new AbortController().signal,
    })
    await shows(screen, /failed/)
    expect(painted(screen).replaceAll(registry.host, '127.0.0.1:54321')).toMatchSnapshot()
  })
})

describe('golden: watch', () => {
  const time = new Date(0)
  const row = (tag: string, digest: string): Record<string, unknown> & { readonly ref: string } => ({
    ref: `r.example/app:${tag}`,
    tag,
    digest: `sha256:${digest.repeat(64)}`,
  })
  const [one, two, moved] = [row('1.0', 'a'), row('2.0', 'b'), row('1.0', 'c')]

  test('asking, what is there, what came, changed and went, and a question that failed', () => {
    const screen = new WatchScreen('watch r.example/app every 5 s', () => undefined)
    const golden = (name: string): void =>
      expect(painted(screen).replaceAll(/\d\d:\d\d:\d\d/g, '12:34:56')).toMatchSnapshot(name)
    golden('asking')
    screen.take({ rows: [one], events: [] })
    golden('what is there')
    screen.take({ rows: [one, two], events: [{ time, change: 'new', ref: two.ref, new: two }] })
    golden('one came')
    screen.take({
      rows: [moved],
      events: [
        { time, change: 'changed', ref: one.ref, old: one, new: moved },
        { time, change: 'gone', ref: two.ref, old: two },
      ],
    })
    golden('one changed, one went')
    screen.take({ error: new OcishError('NETWORK_FAILED', 'no route to r.example') })
    golden('nobody answers')
  })
})

import type { TransferEvent } from '@ocish/host'
import { beforeEach, expect, test } from 'vitest'
import { LiveRegion } from './live-region.ts'
import { JsonProgress } from './progress-json.ts'

const look = { width: 60, color: false, ascii: true, now: 0 }
let clock: number
let written: string
beforeEach(() => {
  clock = 0
  written = ''
})

function region(rows: number): LiveRegion {
  const write = (text: string): void => {
    written += text
  }
  return new LiveRegion({ write, look, rows: () => rows, now: () => clock })
}

function piece(at: number, size: number = 1000): TransferEvent & { descriptor: object } {
  const descriptor = { mediaType: 'x/y', digest: `sha256:${String(at).padStart(64, '0')}`, size }
  return { type: 'waiting', descriptor }
}

function moving(at: number, bytes: number): TransferEvent {
  return { ...piece(at), type: 'moving', done: bytes }
}

function done(at: number, how: 'moved' | 'mounted' | 'existing'): TransferEvent {
  return { ...piece(at), type: 'done', how }
}

/** What one painting put on the screen. */
function painted(live: LiveRegion): readonly string[] {
  written = ''
  live.paint()
  const pieces = written.split('\u001B').map((part) => part.replace(/^\[\d*[AKJ]/, ''))
  return pieces.join('').replaceAll('\r', '').split('\n').slice(0, -1)
}

test('a line of totals, and a bar for each piece under way', () => {
  const live = region(24)
  live.onTransfer(moving(1, 0))
  live.onTransfer(piece(2))
  clock = 1000
  live.onTransfer(moving(1, 500))
  expect(painted(live)).toEqual([
    expect.stringMatching(/^0 of 2 - 500 B of .* - 500 B\/s - 3s$/),
    expect.stringMatching(/^ {2}sha256:0+\S* {2}#{12}\.{12} {2}50%/),
    expect.stringContaining('waiting'),
  ])
  live.clear()
})

test('never higher than the screen less one, never wider than the screen', () => {
  const live = region(5)
  for (let at = 0; at < 40; at += 1) live.onTransfer(moving(at, 10))
  const lines = painted(live)
  expect(lines).toHaveLength(4)
  expect(lines.at(-1)).toBe('  38 more')
  for (const line of lines) expect(line.length).toBeLessThan(60)
  live.clear()
})

test('what was painted is painted over, and taken away', () => {
  const live = region(24)
  live.onTransfer(moving(1, 10))
  live.paint()
  written = ''
  live.paint()
  expect(written.startsWith('\r\u001B[2A')).toBe(true)
  written = ''
  live.clear()
  expect(written).toBe('\r\u001B[2A\u001B[J')
  written = ''
  live.clear()
  expect(written).toBe('')
})

test('a pause is counted down, and its reason cannot forge a line', () => {
  const live = region(24)
  live.onTransfer(moving(1, 10))
  live.onTransfer({ type: 'retrying', seconds: 4, reason: 'too many\nrequests\u001B[2J' })
  expect(painted(live)[0]).toContain('waiting 4 s: too many')
  clock = 2500
  const [head] = painted(live)
  expect(head).toContain('waiting 2 s')
  expect(head).not.toContain('\u001B')
  live.clear()
})

test('a piece that waits says so in its own line, until it moves again', () => {
  const live = region(24)
  live.onTransfer(moving(1, 10))
  live.onTransfer(moving(2, 10))
  live.onTransfer({ ...piece(2), type: 'retrying', seconds: 4, reason: 'the connection broke' })
  clock = 1000
  const [, first, second] = painted(live)
  expect(first).toContain('1%')
  expect(second).toContain('waiting 3 s: the connection broke')
  live.onTransfer(moving(2, 500))
  expect(painted(live)[2]).toContain('50%')
  live.clear()
})

test('one summary at the end, and none where nothing was moved', () => {
  const live = region(24)
  live.onTransfer(done(1, 'moved'))
  live.onTransfer(done(2, 'existing'))
  clock = 2000
  live.end()
  expect(written).toBe('1 piece moved, 1000 B in 2s, 1 reused\n')
  written = ''
  const idle = region(24)
  idle.onTransfer(done(2, 'existing'))
  idle.end()
  expect(written).toBe('')
})

test('as JSON: each event a line, bytes at a pace, a summary last', () => {
  const lines: Record<string, unknown>[] = []
  const json = new JsonProgress(
    (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    () => clock,
  )
  json.onTransfer(piece(1))
  for (let at = 1; at <= 10; at += 1) json.onTransfer(moving(1, at * 100))
  json.onTransfer(done(1, 'moved'))
  json.end()
  expect(lines.map((line) => line['event'])).toEqual(['waiting', 'moving', 'moving', 'done', 'summary'])
  expect(lines[1]).toMatchObject({ digest: expect.stringMatching(/^sha256:/), size: 1000, done: 100 })
  expect(lines.at(-1)).toMatchObject({ moved: 1, bytes: 1000, mounted: 0, reused: 0 })
})

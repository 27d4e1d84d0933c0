import type { Look, Text } from '@ocish/shell/text'
import { describe, expect, test } from 'vitest'
import { hostileCorpus } from '../../../../packages/shell/src/text/hostile-corpus.test-kit.ts'
import type { ListStatus } from '../prompt/candidate.ts'
import { TestPrompt } from '../prompt/world.test-kit.ts'
import { tableRows } from '../screens/table-rows.ts'
import { tableState } from '../screens/table-state.ts'
import type { JobInfo } from '../jobs/jobs.ts'
import { detailRows } from '../session/explained.ts'
import { jobNotice, plainJobNotice } from '../session/job-notice.ts'
import { Progress } from '../session/progress.ts'
import { questionFrame } from '../session/question.ts'
import { frameOf } from './frame.ts'

const looks: readonly Look[] = [
  { width: 80, color: false, ascii: false, now: 0 },
  { width: 80, color: true, ascii: false, now: 0 },
  { width: 80, color: false, ascii: true, now: 0 },
  { width: 20, color: true, ascii: true, now: 0 },
]
/** What the theme makes, and nothing else does. */
const themed = new RegExp(String.raw`\u001b\[(?:0|1|2|3[0-7]|90|1;3[0-7])m`, 'g')
const forbidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

function frame(
  { state, world }: Pick<TestPrompt, 'state' | 'world'>,
  look: Look,
  parts: { readonly progress?: readonly Text[]; readonly details?: readonly Text[] } = {},
): string[] {
  const { progress = [], ...more } = parts
  const height = look.width < 40 ? 6 : 24
  return [...frameOf({ state, world, look, height, progress, jobs: 1, failed: true, ...more }).rows]
}

const opened = (text: string, status: ListStatus): TestPrompt =>
  TestPrompt.at('ls |')
    .key('tab')
    .answer(
      [
        { value: text, columns: [text, undefined, text] },
        { value: `${text}2`, label: text },
      ],
      { status },
    )

const past = (text: string): string => `ls ${text}`

/** Everything of the session that shows text of others. */
const renderers: Readonly<Record<string, (text: string, look: Look) => readonly string[]>> = {
  'the line': (text, look) => frame(TestPrompt.at('|').send({ type: 'paste', text, dropped: 0 }), look),
  'the prompt': (text, look) => frame(TestPrompt.at('ls|', { context: `ghcr.io/${text}` }), look),
  'ghost text, or its hint': (text, look) =>
    frame(TestPrompt.at('|', { history: [past(text)] }).bytes('l'), look),
  'the menu': (text, look) => frame(opened(text, { type: 'local' }), look),
  'the footer: asking': (text, look) => frame(opened(text, { type: 'asking', source: text }), look),
  'the footer: failed': (text, look) =>
    frame(opened(text, { type: 'failed', message: text, hint: text }), look),
  'the footer of an empty menu': (text, look) =>
    frame(
      TestPrompt.at('ls |')
        .key('tab')
        .answer([], { status: { type: 'failed', message: text } }),
      look,
    ),
  'a note': (text, look) => frame(TestPrompt.at('ls|').send({ type: 'note', text }), look),
  'history search': (text, look) =>
    frame(
      TestPrompt.at('|', { history: [past(text)], context: `ghcr.io/${text}` })
        .key('ctrl-r')
        .send({ type: 'text', text }),
      look,
    ),
  'history search with a match': (text, look) =>
    frame(
      TestPrompt.at('|', { history: [past(text)] })
        .key('ctrl-r')
        .bytes('ls'),
      look,
    ),
  progress: (text, look) => {
    const moving = new Progress(text, () => 0)
    const descriptor = { mediaType: text, digest: `sha256:${text}`, size: 10 }
    moving.take({ type: 'moving', descriptor, done: 5 })
    moving.take({ type: 'retrying', seconds: 1, reason: text })
    return frame(TestPrompt.at('ls|'), look, { progress: moving.rows(5, look) })
  },
  'the details pane': (text, look) => {
    const rows = detailRows([text, `title: ${text}`].join('\n'))
    const { state, world } = opened(text, { type: 'local' }).key('ctrl-space')
    expect(state.menu?.details).toBe(true)
    return [...rows, ...frame({ state, world }, look, { details: rows })]
  },
  'what a job tells': (text, look) => {
    const job: JobInfo = { id: 1, line: text, state: 'failed', started: 0, exit: 4, duration: 5 }
    return [jobNotice(job, look), plainJobNotice(job)]
  },
  'a question': (text) => {
    const question = { prompt: text, isSecret: false, answer: text, settle: () => undefined }
    return questionFrame(question, [], { columns: 10_000, rows: 24 }).rows
  },
  'view, browse and watch': (text, look) => {
    const columns = [
      { name: text, type: 'string' as const },
      { name: 'tag', type: 'string' as const },
    ]
    const rows = [{ [text]: text, tag: text }, { tag: [text] }]
    const state = { ...tableState(columns, rows), sort: { column: text, reverse: false } }
    return [
      ...tableRows(
        { state, title: text, status: text, keys: [text, 'q'], message: text },
        look.width,
        12,
        look,
      ),
      ...tableRows(
        {
          state: { ...state, filter: text, isFiltering: true },
          title: text,
          status: text,
          keys: [text, 'q'],
        },
        look.width,
        12,
        look,
      ),
    ]
  },
}

describe.each(Object.entries(renderers))('T45 hostile text in %s', (_name, rendered) => {
  test.each(hostileCorpus)('%s', (_attack, text) => {
    for (const look of looks) {
      const shown = rendered(text, look).map((row) => row.replaceAll(themed, ''))
      // A cluster of many marks is one cell: nothing else may be as long.
      for (const row of shown) expect([row, forbidden.exec(row)?.[0]]).toEqual([row, undefined])
      if (!look.color) expect(rendered(text, look).join('')).not.toMatch(themed)
    }
  })
})

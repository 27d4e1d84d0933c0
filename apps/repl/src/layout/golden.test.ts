import { OcishError } from '@ocish/sdk'
import { nodeRow, toProblem } from '@ocish/shell'
import { describe as description, errorReport, type Look, type Text, tree, width } from '@ocish/shell/text'
import { describe, expect, test } from 'vitest'
import { TestPrompt } from '../prompt/world.test-kit.ts'
import { Progress } from '../session/progress.ts'
import { frameOf } from './frame.ts'

const digest = `sha256:${'4be0c1f2'.repeat(8)}`
const context = 'ghcr.io/giantswarm/klaus-plugins'

/** The views of shell.md §4.2, as rows of a screen. */
const views: Readonly<Record<string, (look: Look) => readonly Text[]>> = {
  prompt: (look) =>
    framed(TestPrompt.at("describe 'gs-base:0.3.1' --as helm && tags $x # why|", { context }), look),
  menu: (look) => {
    const prompt = TestPrompt.at('describe gs-base:|', { context }).key('tab')
    const values = [
      { value: 'gs-base:0.3.1', columns: ['klaus-plugin', '184 KiB', '2d', 'latest'] },
      { value: 'gs-base:\u202Ex', columns: [undefined, undefined, undefined, ''] },
    ]
    return framed(prompt.answer(values, { status: { type: 'cached', seconds: 240, refreshing: true } }), look)
  },
  error: (look) => {
    const line = 'describe gs-base:0.3.11'
    const error = new OcishError(
      'TAG_NOT_FOUND',
      'no tag 0.3.11 in ghcr.io/giantswarm/klaus-plugins/gs-base',
      {
        details: { closest: ['0.3.1', '0.3.0'], input: 'gs-base:0.3.11', span: { from: 8, to: 14 } },
      },
    )
    return errorReport(toProblem(error, { name: 'repl:14', text: line }), look)
  },
  describe: (look) =>
    description(
      {
        title: 'klaus-plugin gs-base 0.3.1',
        summary: 'Base skills and hooks for platform engineers',
        fields: [
          { label: 'digest', value: digest, format: 'digest' },
          { label: 'entries', value: [`${digest} linux/amd64`], format: 'list' },
          { label: 'size', value: 188_416, format: 'bytes' },
          { label: 'signed', value: true },
        ],
      },
      look,
    ),
  tree: (look) =>
    tree(
      [
        { depth: 0, label: 'app:1.4.0', kind: 'index', digest, size: 327_155_712 },
        { depth: 1, label: 'linux/amd64', kind: 'image', digest, size: 165_675_008 },
        { depth: 2, label: 'layer', kind: 'layer', digest, size: 1024 },
        { depth: 1, label: 'sbom', kind: 'sbom', digest, size: 2048 },
      ],
      nodeRow,
      nodeRow.columns.filter((column) => column.hidden !== true),
      look,
    ),
  progress: (look) => {
    let now = 0
    const progress = new Progress('cp app:1.4.0 mirror/', () => now)
    const part = (fill: string, size: number) => ({
      mediaType: 'x/y',
      digest: `sha256:${fill.repeat(64)}`,
      size,
    })
    progress.take({ type: 'moving', descriptor: part('a', 200_000_000), done: 0 })
    progress.take({ type: 'moving', descriptor: part('b', 90_000_000), done: 0 })
    now = 4000
    progress.take({ type: 'moving', descriptor: part('a', 200_000_000), done: 120_000_000 })
    progress.take({ type: 'done', descriptor: part('c', 10), how: 'mounted' })
    return progress.rows(8, look)
  },
}

function framed({ state, world }: TestPrompt, look: Look): readonly Text[] {
  return frameOf({ state, world, look, height: 12, progress: [], jobs: 1, failed: true }).rows
}

const plain: Look = { width: 80, color: false, ascii: false, now: 0 }
const looks: readonly (readonly [string, Look])[] = [
  ['40 columns, NO_COLOR', { ...plain, width: 40 }],
  ['80 columns, NO_COLOR', plain],
  ['120 columns, NO_COLOR', { ...plain, width: 120 }],
  ['80 columns, colours', { ...plain, color: true }],
  ['80 columns, colours on a light background', { ...plain, color: true, light: true }],
  ['80 columns, ASCII', { ...plain, ascii: true }],
]

const sgr = new RegExp(String.raw`\u001b\[([\d;]*)m`, 'g')

/** What SGR does, in sight. */
const seen = (rows: readonly Text[]): string => rows.map((row) => row.replaceAll(sgr, '⟨$1⟩')).join('\n')

describe.each(Object.entries(views))('golden: %s', (_name, view) => {
  test.each(looks)('%s', (_look, look) => {
    const rows = view(look)
    for (const row of rows) expect(width(row)).toBeLessThanOrEqual(look.width)
    const shown = seen(rows)
    if (!look.color) expect(shown).not.toMatch(/⟨/)
    if (look.ascii) expect(shown).toMatch(/^[\n -~]*$/)
    expect(shown).toMatchSnapshot()
  })
})

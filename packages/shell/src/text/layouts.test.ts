import { OcishError } from '@ocish/sdk'
import { expect, test } from 'vitest'
import { bindArgv } from '../bind-argv.ts'
import { helpFor } from '../help.ts'
import { toProblem } from '../problem.ts'
import { nodeRow, tagRow } from '../rows.ts'
import { sampleCommands } from '../sample-commands.test-kit.ts'
import { describe } from './describe.ts'
import { diff } from './diff.ts'
import { errorLine, errorObject, errorReport } from './error.ts'
import { help } from './help.ts'
import { fittingDigest, humanDuration, humanSize, shortDigest } from './human.ts'
import { safe } from './safe.ts'
import { table } from './table.ts'
import type { Look } from './theme.ts'
import { transfers } from './transfers.ts'
import { tree } from './tree.ts'
import { cut, pad, width, wrap } from './width.ts'

const look: Look = { width: 80, color: false, ascii: false, now: 0 }
const digest = `sha256:${'4be0c1f2'.repeat(8)}`

test('display width counts columns, not characters', () => {
  expect(width(safe('plain'))).toBe(5)
  expect(width(safe('日本語'))).toBe(6)
  expect(width(safe('é'))).toBe(1)
  expect(width(safe('e\u0301'))).toBe(1)
  expect(width(safe('🚀 x'))).toBe(4)
  expect(cut(safe('日本語'), 5)).toBe('日本…')
  expect(cut(safe('abc'), 3)).toBe('abc')
  expect(pad(safe('日'), 4)).toBe('日  ')
  expect(wrap(safe('aa bb cccccc d'), 4)).toEqual(['aa', 'bb', 'cccc', 'cc d'])
})

test('a digest inside a longer text is cut where the line has no room for it, and whole where it has', () => {
  const description = { title: 'index', fields: [{ label: 'entries', value: [`${digest} linux/amd64`] }] }
  const shown = (columns: number): string =>
    describe(description, { width: columns, color: false, ascii: false, now: 0 }).join('\n')
  expect(shown(80)).toContain(`entries  sha256:4be0c1f2…${digest.slice(-2)} linux/amd64`)
  expect(shown(100)).toContain(`entries  ${digest} linux/amd64`)
})

test('sizes, durations and digests as a person reads them', () => {
  expect([0, 512, 1024, 1229, 188_416, 1_048_575, 2 ** 30 * 1.5].map(humanSize)).toEqual([
    '0 B',
    '512 B',
    '1.0 KiB',
    '1.2 KiB',
    '184 KiB',
    '1.0 MiB',
    '1.5 GiB',
  ])
  expect(
    [350, 14_000, 90_000, 7_200e3, 2 * 86_400e3, 400 * 86_400e3, 800 * 86_400e3].map(humanDuration),
  ).toEqual(['350ms', '14s', '1m', '2h', '2d', '400d', '2y'])
  expect(shortDigest(digest)).toBe('sha256:4be0c1f24be0')
  expect(fittingDigest(digest, digest.length, '…')).toBe(digest)
  expect(fittingDigest(digest, digest.length - 1, '…')).toBe(`sha256:4be0c1f2…${digest.slice(-2)}`)
  expect(fittingDigest('\u001b[2J', 2, '...')).toBe('␛[2J')
})

test('a table keeps within its width and cuts the widest columns', () => {
  const rows = [
    { tag: '0.3.1', size: 188_416, digest, age: 2 * 86_400e3 },
    { tag: `nightly-${'x'.repeat(80)}`, size: 1024, digest, age: 86_400e3 },
  ]
  const columns = tagRow.columns.filter((column) => ['tag', 'size', 'digest', 'age'].includes(column.name))
  const lines = table(rows, columns, look)
  expect(lines).toMatchInlineSnapshot(`
    [
      "TAG                                            DIGEST                  SIZE  AGE",
      "0.3.1                                          sha256:4be0c1f24be0  184 KiB   2d",
      "nightly-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  sha256:4be0c1f24be0  1.0 KiB   1d",
    ]
  `)
  expect(lines.every((line) => width(line) <= 80)).toBe(true)
  expect(table(rows, columns, { ...look, width: Number.POSITIVE_INFINITY })[2]).toContain('x'.repeat(80))
})

test('a marked line fits a narrow screen, and its message has room', () => {
  const input = `registry.example.com/${'team/'.repeat(8)}app:nightly`
  const span = { from: input.length - 'nightly'.length, to: input.length }
  const error = new OcishError('TAG_NOT_FOUND', 'no tag nightly in registry.example.com/team/app', {
    details: { input, span },
  })
  const problem = toProblem(error, { name: 'argv', text: `describe ${input}` })
  const lines = errorReport(problem, { ...look, width: 42 })
  expect(lines.every((line) => width(line) <= 42)).toBe(true)
  expect(lines.find((line) => line.includes('nightly'))).toMatch(/^ {2}│ ….*app:nightly$/)
})

test('a tree by depth', () => {
  const rows = [
    { depth: 0, label: 'app:1.4.0', kind: 'index', digest, size: 327_155_712 },
    { depth: 1, label: 'linux/amd64', kind: 'image', digest, size: 165_675_008 },
    { depth: 2, label: 'layer', kind: 'layer', digest, size: 1024 },
    { depth: 1, label: 'referrers', kind: '', digest: '', size: undefined },
    { depth: 2, label: 'sbom', kind: 'spdx', digest, size: 2048 },
  ]
  const columns = nodeRow.columns.filter((column) => column.hidden !== true)
  expect(tree(rows, nodeRow, columns, look)).toMatchInlineSnapshot(`
    [
      "app:1.4.0       index  sha256:4be0c1f24be0  312 MiB",
      "├─ linux/amd64  image  sha256:4be0c1f24be0  158 MiB",
      "│  └─ layer     layer  sha256:4be0c1f24be0  1.0 KiB",
      "└─ referrers",
      "   └─ sbom      spdx   sha256:4be0c1f24be0  2.0 KiB",
    ]
  `)
  expect(tree(rows, nodeRow, columns, { ...look, ascii: true })[1]).toMatch(/^\|-- linux/)
  const narrow = tree(rows, nodeRow, columns, { ...look, color: true, width: 42 })
  expect(narrow.every((line) => width(line) <= 42)).toBe(true)
  expect(narrow[0]).toMatch(/sha256:4be0c1f24be0$/)
})

test('a description', () => {
  const lines = describe(
    {
      title: 'klaus-plugin gs-base 0.3.1',
      summary: 'Base skills and hooks for platform engineers',
      fields: [
        { label: 'digest', value: digest, format: 'digest' },
        { label: 'size', value: 188_416, format: 'bytes' },
        { label: 'tags', value: ['0.3.1', '0.3', 'latest'] },
        { label: 'requires', value: { go: '≥1.24', 'gs-observability': '^0.2' } },
        { label: 'signed', value: true },
        { label: 'version', value: '' },
      ],
    },
    look,
  )
  expect(lines).toMatchInlineSnapshot(`
    [
      "klaus-plugin gs-base 0.3.1",
      "  Base skills and hooks for platform engineers",
      "",
      "digest    sha256:4be0c1f2…f2",
      "size      184 KiB",
      "tags      0.3.1, 0.3, latest",
      "requires  go: ≥1.24",
      "          gs-observability: ^0.2",
      "signed    yes",
    ]
  `)
})

test('a diff', () => {
  const changes = [
    { op: '~', path: 'config.env.LOG_LEVEL', from: 'info', to: 'debug' },
    { op: '+', path: 'usr/bin/newtool', to: '4.1 MiB' },
    { op: '-', path: 'etc/legacy.conf' },
  ]
  expect(diff(changes, look)).toMatchInlineSnapshot(`
    [
      "~ config.env.LOG_LEVEL  info → debug",
      "+ usr/bin/newtool       4.1 MiB",
      "- etc/legacy.conf",
    ]
  `)
})

test('a diff shortens digests where whole ones do not fit, and only there', () => {
  const changes = [
    { op: '~', path: 'config.digest', from: digest, to: digest.replace('4be0', '77ab') },
    { op: '~', path: 'config.created', from: 'yesterday', to: 'today' },
  ]
  expect(diff(changes, { ...look, width: 100 })).toEqual([
    '~ config.digest   sha256:4be0c1f2…f2 → sha256:77abc1f2…f2',
    '~ config.created  yesterday → today',
  ])
  expect(diff(changes, { ...look, width: Number.POSITIVE_INFINITY })[0]).toContain(`${digest} → `)
})

test('transfers, one a line', () => {
  const row = {
    source: 'a.example/app:1',
    ref: 'b.example/app:1',
    digest,
    bytes: 188_416,
    mounted: 0,
    reused: 0,
  }
  const rows = [
    { ...row, ms: 14_000, status: 'done' },
    { ...row, ms: 350, mounted: 1024, reused: 2048, status: 'done' },
    { ...row, ms: 1, bytes: 0, status: 'existing' },
    { ...row, status: 'planned' },
    { ...row, digest: undefined, status: 'skipped' },
    { source: 'a.example/\u001b[2J', ref: 'a.example/\u001b[2J', status: 'failed', reason: 'no\nwhere' },
  ]
  expect(transfers(rows, look)).toMatchInlineSnapshot(`
    [
      "✓ a.example/app:1 → b.example/app:1  sha256:4be0c1f24be0  184 KiB in 14s",
      "✓ a.example/app:1 → b.example/app:1  sha256:4be0c1f24be0  184 KiB in 350ms, 1.0 KiB mounted, 2.0 KiB reused",
      "✓ a.example/app:1 → b.example/app:1  sha256:4be0c1f24be0  already there",
      "· a.example/app:1 → b.example/app:1  sha256:4be0c1f24be0  184 KiB planned",
      "· a.example/app:1 → b.example/app:1  skipped",
      "✗ a.example/␛[2J  no⏎where",
    ]
  `)
  expect(transfers(rows.slice(0, 1), { ...look, ascii: true })[0]).toMatch(/^OK a\.example\/app:1 -> /)
})

test('an error in its three forms', () => {
  const error = new OcishError('TAG_NOT_FOUND', 'no tag "1.5" in ghcr.io/giantswarm/app', {
    hint: 'Run tags app.',
    cause: new Error('the registry answered 404'),
    details: { input: 'app:1.5', span: { from: 4, to: 7 }, closest: ['1.5.0', '1.5.0-rc.2', '1.4.9'] },
  })
  const problem = toProblem(error, { name: 'repl:14', text: 'cp app:1.5 mirror/' })
  expect(errorReport(problem, look)).toMatchInlineSnapshot(`
    [
      "✗ TAG_NOT_FOUND (exit 3)",
      "  repl:14:8",
      "  │ cp app:1.5 mirror/",
      "  │        ─┬─",
      "  │         ╰─ no tag "1.5" in ghcr.io/giantswarm/app",
      "  │ closest: 1.5.0, 1.5.0-rc.2, 1.4.9",
      "  because the registry answered 404",
      "  Run tags app.",
      "  try   cp app:1.5.0 mirror/",
    ]
  `)
  expect(errorLine(problem)).toMatchInlineSnapshot(
    `"error TAG_NOT_FOUND at repl:14 columns 8 to 10: no tag "1.5" in ghcr.io/giantswarm/app. Because the registry answered 404. Closest: 1.5.0, 1.5.0-rc.2, 1.4.9. Run tags app. Try: cp app:1.5.0 mirror/"`,
  )
  expect(errorObject(problem)).toMatchInlineSnapshot(`
    {
      "causes": [
        {
          "message": "the registry answered 404",
        },
      ],
      "closest": [
        "1.5.0",
        "1.5.0-rc.2",
        "1.4.9",
      ],
      "code": "TAG_NOT_FOUND",
      "corrected": "cp app:1.5.0 mirror/",
      "exit": 3,
      "hints": [
        {
          "text": "Run tags app.",
        },
        {
          "replace": {
            "from": 7,
            "to": 10,
            "with": "1.5.0",
          },
          "text": "write 1.5.0",
        },
      ],
      "message": "no tag "1.5" in ghcr.io/giantswarm/app",
      "span": {
        "from": 7,
        "source": "repl:14",
        "to": 10,
      },
    }
  `)
})

test('an error in a text of several lines marks its line', () => {
  const source = { name: 'sync.ocish', text: 'tags a\ntags b --mtch x\ntags c' }
  const error = new OcishError('USAGE_UNKNOWN_FLAG', 'no flag --mtch', {
    details: { span: { from: 14, to: 20 } },
  })
  const problem = toProblem(error, source)
  expect(errorReport(problem, { ...look, ascii: true })).toMatchInlineSnapshot(`
    [
      "FAIL USAGE_UNKNOWN_FLAG (exit 2)",
      "  sync.ocish:2:8",
      "  | tags b --mtch x",
      "  |        --^---",
      "  |          \`- no flag --mtch",
      "  Take the nearest name, or run the command with --help.",
    ]
  `)
})

test('what is no expected failure is reported as a bug with its stack', () => {
  const problem = toProblem(new TypeError('x is not a function'))
  expect(problem).toMatchObject({ code: 'INTERNAL', exit: 70 })
  expect(errorReport(problem, look).join('\n')).toContain('layouts.test.ts')
})

test('help for a command, the overview and topics', () => {
  expect(help(helpFor(['push'], sampleCommands)!, look)).toMatchInlineSnapshot(`
    [
      "push – the push command",
      "",
      "Usage",
      "  push SRC… REF [FLAGS]",
      "",
      "  The push command.",
      "  It writes to a registry or a folder.",
      "",
      "Flags",
      "  --type MEDIATYPE       media type of the files after it (for the arguments",
      "                         after it)",
      "  --annotation KEYVALUE  annotation of the manifest (repeatable)",
      "  --part-size SIZE       size of a part (default 1024)",
      "",
      "Options of kinds",
      "  --allow-env STRING  keep a variable (runconfig)",
      "  --sign-key STRING   a key (helm)",
      "",
      "Output",
      "  One value: Pushed.",
      "",
      "Exit status",
      "  0  success",
      "",
      "  Common flags: help flags. References: help references.",
    ]
  `)
  expect(help(helpFor([], sampleCommands)!, look).join('\n')).toContain('cache prune')
  expect(helpFor(['cache'], sampleCommands)?.blocks[0]).toMatchObject({
    items: [{ term: 'cache ls' }, { term: 'cache prune' }],
  })
  for (const topic of ['topics', 'flags', 'references', 'language', 'exit-codes', 'kinds', 'configuration']) {
    expect(helpFor([topic], sampleCommands)?.name).toBe(topic)
  }
  expect(helpFor(['nonsense'], sampleCommands)).toBeUndefined()
  expect(bindArgv(['help', 'push'], sampleCommands).args['topic']).toEqual(['push'])
})

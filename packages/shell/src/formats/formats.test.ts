import { describe, expect, test } from 'vitest'
import type { Row } from '../command.ts'
import { changeRow, nodeRow, tagRow } from '../rows.ts'
import type { Edge } from './edge.ts'
import { read } from './read.ts'
import { defaultFormat, write } from './write.ts'

const look = { width: 80, color: false, ascii: false, now: 0 }
const rows: readonly Row[] = [
  {
    ref: 'a:1',
    tag: '1',
    size: 2048,
    created: new Date(0),
    platforms: [{ os: 'linux', architecture: 'arm64', variant: 'v8' }, 'x'],
  },
  { ref: 'a:2', tag: 'two, "2"\n\tend\\', size: undefined, extra: { b: [1, null] } },
]

async function* of(list: readonly Row[]): AsyncGenerator<Row> {
  yield* list
}

async function* bytesOf(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield new TextEncoder().encode(part)
}

const tagRows = (): Edge => ({ form: 'rows', rows: of(rows), types: [tagRow] })
const text = async (
  edge: Edge,
  format: Parameters<typeof write>[1],
  columns?: readonly string[],
): Promise<string> =>
  (
    await Array.fromAsync(
      write(edge, format, { look, terminal: false, ...(columns === undefined ? {} : { columns }) }),
    )
  ).join('')

describe('rows', () => {
  test.each(['json', 'ndjson', 'yaml', 'csv', 'tsv', 'table', 'md'] as const)('as %s', async (format) => {
    expect(await text(tagRows(), format)).toMatchSnapshot()
  })

  test('columns can be chosen', async () => {
    expect(await text(tagRows(), 'tsv', ['size', 'tag'])).toBe('2048\t1\n\ttwo, "2"\\n\\tend\\\\\n')
    expect(await text(tagRows(), 'ndjson', ['size', 'tag'])).toContain('{"size":2048,"tag":"1"}\n')
    expect(await text(tagRows(), 'csv', ['tag', 'nothing'])).toContain('tag,nothing\n1,\n')
  })

  test('none at all', async () => {
    const none = (): Edge => ({ form: 'rows', rows: of([]), types: [tagRow] })
    expect(await text(none(), 'json')).toBe('[]\n')
    expect(await text(none(), 'yaml')).toBe('[]\n')
    expect(await text(none(), 'tsv')).toBe('')
    expect(await text(none(), 'table')).toBe('')
    expect(await text(none(), 'csv')).toBe('tag\n')
  })

  test('a changed row type starts a new table', async () => {
    const mixed: Edge = {
      form: 'rows',
      rows: of([
        { depth: 0, ref: 'x', kind: 'image' },
        { op: '+', path: 'p', to: '1' },
      ]),
      types: [nodeRow, changeRow],
    }
    expect(
      (await text(mixed, 'table'))
        .split('\n')
        .filter((line) => line.includes('KIND') || line.includes('PATH')),
    ).toHaveLength(2)
  })

  test('are written as they are pulled: the reader decides how far', async () => {
    let made = 0
    async function* endless(): AsyncGenerator<Row> {
      for (;;) yield { tag: String(made++) }
    }
    for (const format of ['json', 'ndjson', 'tsv', 'csv', 'yaml', 'md'] as const) {
      made = 0
      const pieces = write({ form: 'rows', rows: endless(), types: [tagRow] }, format, {
        look,
        terminal: false,
      })
      await pieces.next()
      await pieces.next()
      await pieces.return()
      expect(made).toBeLessThan(4)
    }
  })

  test('a slow source shows what it has', async () => {
    const gate = Promise.withResolvers<void>()
    async function* slow(): AsyncGenerator<Row> {
      yield { tag: 'now' }
      await gate.promise
      yield { tag: 'later' }
    }
    const pieces = write({ form: 'rows', rows: slow(), types: [tagRow] }, 'table', { look, terminal: true })
    expect((await pieces.next()).value).toBe('TAG\n')
    expect((await pieces.next()).value).toBe('now\n')
    gate.resolve()
    expect((await pieces.next()).value).toBe('later\n')
    expect((await pieces.next()).done).toBe(true)
  })
})

test('values: text as itself, a list and a record as lines, a Description as key and value', async () => {
  expect(await text({ form: 'value', value: 'sha256:1', type: 'digest' }, 'tsv')).toBe('sha256:1\n')
  expect(await text({ form: 'value', value: ['a', 1], type: 'list' }, 'tsv')).toBe('a\n1\n')
  expect(await text({ form: 'value', value: { ref: 'a', digest: 'b' }, type: 'Pushed' }, 'tsv')).toBe(
    'ref\ta\ndigest\tb\n',
  )
  const description = { title: 't', summary: 's', fields: [{ label: 'l', value: ['x', 'y'] }] }
  expect(await text({ form: 'value', value: description, type: 'Description' }, 'tsv')).toBe(
    'title\tt\nsummary\ts\nl\tx,y\n',
  )
  expect(await text({ form: 'value', value: 3, type: 'int' }, 'json')).toBe('3\n')
  expect(await text({ form: 'value', value: 2048, type: 'size' }, 'table')).toBe('2.0 KiB\n')
})

test('T47 a key named __proto__ is only data, in and out', async () => {
  const edge = await read('json', bytesOf('[{"__proto__": {"polluted": 1}, "a": 2}]'))
  expect(await text(edge, 'ndjson')).toBe('{"__proto__":{"polluted":1},"a":2}\n')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

describe('from', () => {
  const rowsOf = async (
    format: Parameters<typeof read>[0],
    ...parts: readonly string[]
  ): Promise<unknown> => {
    const edge = await read(format, bytesOf(...parts))
    return edge.form === 'rows'
      ? Array.fromAsync(edge.rows, (row) => ({ ...row }))
      : edge.form === 'value'
        ? edge.value
        : undefined
  }

  test('json: a list of records is rows, anything else a value', async () => {
    expect(await rowsOf('json', '[{"a":', '1}]')).toEqual([{ a: 1 }])
    expect(await rowsOf('json', '[1,2]')).toEqual([1, 2])
    await expect(rowsOf('json', '{')).toFailWith('INPUT_INVALID')
  })

  test('ndjson, lines and csv across chunks', async () => {
    expect(await rowsOf('ndjson', '{"a":1}\n{"a"', ':2}\n\n3')).toEqual([{ a: 1 }, { a: 2 }, { value: 3 }])
    expect(await rowsOf('lines', 'a\r\nb', 'c\n')).toEqual([{ line: 'a' }, { line: 'bc' }])
    expect(await rowsOf('csv', 'a,b\n1,"x, ""y""', '\nz"\r\n,2\n')).toEqual([
      { a: '1', b: 'x, "y"\nz' },
      { a: '', b: '2' },
    ])
    await expect(rowsOf('ndjson', '{"a":1}\nnope\n')).toFailWith('INPUT_INVALID')
  })

  test('yaml', async () => {
    expect(await rowsOf('yaml', '- a: 1\n- a: two\n')).toEqual([{ a: 1 }, { a: 'two' }])
    await expect(rowsOf('yaml', 'a: [')).toFailWith('INPUT_INVALID')
  })

  test.each(['json', 'ndjson', 'yaml', 'csv'] as const)('what to %s wrote comes back', async (format) => {
    const edge = await read(
      format,
      bytesOf(
        await text({ form: 'rows', rows: of([{ a: 'x\u202e\u001b"', b: 'y,\nz' }]), types: [] }, format),
      ),
    )
    expect(
      await Array.fromAsync((edge as Extract<Edge, { form: 'rows' }>).rows, (row) => ({ ...row })),
    ).toEqual([{ a: 'x\u202e\u001b"', b: 'y,\nz' }])
  })
})

test('the form nobody asked for', () => {
  expect(defaultFormat(tagRows(), true)).toBe('table')
  expect(defaultFormat({ form: 'rows', rows: of([]), types: [nodeRow] }, true)).toBe('tree')
  expect(defaultFormat(tagRows(), false)).toBe('tsv')
})

test.each(['json', 'yaml', 'csv', 'tsv', 'md', 'table'] as const)(
  '%s of what failed before its first row is nothing, of what only says no it is an empty list',
  async (format) => {
    const written = async (exit: number | undefined, list: readonly Row[] = []): Promise<string> =>
      (
        await Array.fromAsync(
          write({ form: 'rows', rows: of(list), types: [tagRow] }, format, {
            look,
            terminal: false,
            exit: () => exit,
          }),
        )
      ).join('')
    expect(await written(3)).toBe('')
    expect(await written(130)).toBe('')
    expect(await written(1)).toBe(await written(0))
    expect(await written(undefined)).toBe(await written(0))
    expect(await written(5, [{ tag: 'a' }])).toBe(await written(0, [{ tag: 'a' }]))
  },
)

describe('changes', () => {
  const changed = async (count: number, options: Partial<Parameters<typeof write>[2]>): Promise<string[]> => {
    const all = Array.from({ length: count }, (_, at): Row => ({ op: '+', path: `p${at}`, to: '1' }))
    const edge: Edge = { form: 'rows', rows: of(all), types: [changeRow] }
    const settings = { look, terminal: true, exit: () => 1, ...options }
    return (await Array.fromAsync(write(edge, 'table', settings))).join('').split('\n').slice(0, -1)
  }

  test('on a terminal a last line tells how many and the status', async () => {
    expect(await changed(2, {})).toEqual(['+ p0  1', '+ p1  1', '2 changes (exit 1)'])
    expect((await changed(1, {})).at(-1)).toBe('1 change (exit 1)')
    expect((await changed(600, {})).at(-1)).toBe('600 changes (exit 1)')
  })

  test('nothing is told off a terminal, of none, of chosen columns, and where the status is not known', async () => {
    expect(await changed(1, { terminal: false })).toEqual(['+ p0  1'])
    expect(await changed(0, {})).toEqual([])
    expect(await changed(1, { columns: ['path'] })).toEqual(['PATH', 'p0'])
    expect(await changed(2, { exit: () => undefined, limit: 1 })).toEqual(['+ p0  1'])
    expect(await changed(1, { exit: () => 5 })).toEqual(['+ p0  1'])
  })
})

test('a tree on a terminal has what refers to a node below one line', async () => {
  const nodes: readonly Row[] = [
    { depth: 0, label: 'app:1', kind: 'index' },
    { depth: 1, label: 'linux/amd64', kind: 'image', relation: 'entry' },
    { depth: 2, label: 'referrer sbom', kind: 'sbom', relation: 'referrer' },
    // What an index calls its entries is anybody's choice.
    { depth: 1, label: 'referrer notes', kind: 'image', relation: 'entry' },
    { depth: 1, label: 'referrer signature', kind: 'signature', relation: 'referrer' },
    { depth: 1, label: 'referrer sbom', kind: 'sbom', relation: 'referrer' },
    { depth: 2, label: 'referrer signature', kind: 'signature', relation: 'referrer' },
    { depth: 2, label: 'layer', kind: 'blob', relation: 'layer' },
  ]
  const drawn = async (terminal: boolean): Promise<string[]> => {
    const edge: Edge = { form: 'rows', rows: of(nodes), types: [nodeRow] }
    return (await Array.fromAsync(write(edge, 'tree', { look, terminal }))).join('').split('\n')
  }
  expect(await drawn(true)).toEqual([
    'app:1                index',
    '├─ linux/amd64       image',
    '│  └─ referrers (1)',
    '│     └─ sbom        sbom',
    '├─ referrer notes    image',
    '└─ referrers (2)',
    '   ├─ signature      signature',
    '   └─ sbom           sbom',
    '      ├─ signature   signature',
    '      └─ layer       blob',
    '',
  ])
  expect((await drawn(false))[2]).toBe('│  └─ referrer sbom       sbom')
})

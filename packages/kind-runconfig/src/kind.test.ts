import fc from 'fast-check'
import { encodeGoJson } from '@ocish/sdk'
import { artifactOf, kindContext, memoryFile } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { diff } from './diff.ts'
import { parseDocument } from './document.ts'
import { fileName } from './export.ts'
import { fields } from './fields.ts'
import { parseImage } from './image.ts'
import runconfig from './index.ts'
import { jsonSchema, schema } from './schema.ts'
import { toValue } from './tree.ts'

describe('reading JSON', () => {
  test('agrees with JSON.parse on every value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(JSON.stringify(toValue(parseDocument(text).root))).toBe(
          JSON.stringify(JSON.parse(text.toWellFormed())),
        )
      }),
    )
  })

  test('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\u0019eE+-.tfn \n')) }),
        (text) => {
          let right = true
          try {
            JSON.parse(text)
          } catch {
            right = false
          }
          let own = true
          try {
            own = parseDocument(text).trailing === undefined
          } catch {
            own = false
          }
          expect(own).toBe(right)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('knows the line of each value', () => {
    const { root } = parseDocument('\n{"a":\n1,\n"b":[\n\n2]}')
    expect(root).toMatchObject({
      line: 2,
      members: [
        { line: 2, value: { line: 3, text: '1' } },
        { line: 4, value: { line: 4, items: [{ line: 6 }] } },
      ],
    })
  })

  test('keeps strings as Go has them', () => {
    const text = '"<\\ud800>\\u2028\u007F\\u0000\\/"'
    expect(encodeGoJson(toValue(parseDocument(text).root) as string)).toBe(
      '"\\u003c\uFFFD\\u003e\\u2028\u007F\\u0000/"',
    )
  })

  test('refuses what is nested deeper than 200 levels', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(parseDocument(nested(200)).root.type).toBe('array')
    expect(() => parseDocument(nested(201))).toFailWith('KIND_INPUT_INVALID')
  })

  test.each(['\uFEFF{}', '"\u0001"', '{"a":1,}', "{'a':1}", '"\\x"', ''])('refuses %j', (text) => {
    expect(() => parseDocument(text)).toFailWith('KIND_INPUT_INVALID')
  })
})

describe('files are named', () => {
  test.each([
    ['fetch', 'fetch.json'],
    ['a.b-c_d', 'a.b-c_d.json'],
    ...['', '.', '..', '.hidden', '../up', 'a/b', 'con', 'NUL.x', 'a b', 'x.', 'ü', 'x'.repeat(101)].map(
      (name) => [name, 'runconfig.json'],
    ),
  ])('T6 %j is %s', (name, wanted) => expect(fileName({ name })).toBe(wanted))
})

describe('images', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine'],
    ['mcp/fetch:1', 'docker.io/mcp/fetch:1'],
    ['localhost:5000/a:1', 'localhost:5000/a:1'],
    ['uvx://package', undefined],
    ['', undefined],
  ])('%j is %s', (image, reference) => expect(parseImage(image)?.reference).toBe(reference))
})

describe('schema', () => {
  test('describes every field', () => {
    expect(Object.keys(jsonSchema()['properties'] as object)).toEqual(Object.keys(fields))
  })

  test('refuses a model whose types are wrong, for each type', async () => {
    const wrong = {
      name: 1,
      port: '1',
      debug: 1,
      cmd_args: [1],
      env_vars: { A: 1 },
      oidc_config: [],
      middleware_configs: {},
    }
    const result = await schema['~standard'].validate(wrong)
    expect(result.issues?.map(({ path }) => path?.[0])).toEqual(
      Object.keys(fields).filter((name) => name in wrong),
    )
    expect(await schema['~standard'].validate([])).toHaveProperty('issues')
    expect(await schema['~standard'].validate({ unknown: 1 })).toEqual({ value: { unknown: 1 } })
  })
})

describe('diff', () => {
  test('takes absent and empty, and the current version, as the same', () => {
    expect([
      ...diff({ name: 'a' }, { name: 'a', schema_version: 'v0.1.0', debug: false, cmd_args: [], port: 0 }),
    ]).toEqual([])
  })

  test('speaks of fields in their order, then of unknown ones', () => {
    const from = { extra: 1, name: 'a', env_vars: { A: '1', 'x.y': '2' } }
    const to = { name: 'b', env_vars: { A: '1' }, image: 'i' }
    expect([...diff(from, to)]).toEqual([
      { path: 'image', op: '+', to: 'i' },
      { path: 'name', op: '~', from: 'a', to: 'b' },
      { path: 'env_vars["x.y"]', op: '-', from: '2' },
      { path: 'extra', op: '-', from: 1 },
    ])
  })

  test('as a command takes files and references, and ends with 1 for a difference', async () => {
    const published = await artifactOf(
      (await runconfig.pack?.(memoryFile('a.json', '{"name":"a"}'), kindContext())) ?? { layers: [] },
    )
    const context = kindContext({
      artifacts: { 'ghcr.io/a/b:1': published },
      folder: (parameter) => memoryFile('x.json', parameter === 'a' ? '{"name":"b"}' : '{"name":"a"}'),
    })
    const command = runconfig.commands?.find(({ name }) => name === 'diff')
    const run = async (a: string, b: string) => {
      const rows: unknown[] = []
      const generator = command?.run({ args: { a, b }, flags: {} }, context)
      for (;;) {
        const step = await generator?.next()
        if (step === undefined || step.done === true) return { rows, status: step?.value }
        rows.push(step.value)
      }
    }
    const row = { path: 'name', op: '~', from: 'b', to: 'a' }
    expect(await run('./x.json', 'ghcr.io/a/b:1')).toEqual({ rows: [row], status: 1 })
    expect(await run('ghcr.io/a/b:1', 'y.json')).toEqual({ rows: [], status: 0 })
  })
})

test('describe shows names of variables and secrets, and no value', async () => {
  const model = {
    name: 'fetch',
    image: 'ghcr.io/a/b:1',
    env_vars: { API_KEY: 'hunter2' },
    secrets: ['tok,target=TOKEN', 'hunter2'],
    future: true,
  }
  const description = runconfig.describe(model)
  expect(JSON.stringify(description)).not.toContain('hunter2')
  expect(description.fields).toEqual(
    expect.arrayContaining([
      { label: 'variables', value: ['API_KEY'], format: 'list' },
      { label: 'secrets', value: ['tok → TOKEN', '(no reference)'], format: 'list' },
      { label: 'unknown fields', value: ['future'], format: 'list' },
    ]),
  )
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSession, type Session } from '@ocish/host'
import { oci } from '@ocish/sdk'
import {
  embeddedRegistry,
  type EmbeddedRegistry,
  temporaryFolder,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CandidateList } from '../prompt/candidate.ts'
import { rank } from '../prompt/rank.ts'
import type { PastLine } from '../prompt/state.ts'
import { testCommands, testWorld } from '../prompt/world.test-kit.ts'
import { contextual } from '../session/contextual.ts'
import { AnnotationKeys } from './annotation-keys.ts'
import { CompletionEngine } from './engine.ts'
import { createProvider } from './provider.ts'

let folder: TemporaryFolder
let registry: EmbeddedRegistry
let session: Session

beforeAll(async () => {
  folder = await temporaryFolder()
  registry = await embeddedRegistry()
  session = await createSession({ version: '0', cwd: folder.path, home: folder.path, env: {} })
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests: [] }))
  for (const [repository, tags] of [
    ['team/app', ['1.0', '1.1', '1.10', 'latest']],
    ['team/web', ['2.0']],
    ['team/tools/lint', ['0.1']],
    ['other/app', ['3.0']],
  ] as const)
    await registry.registry.pushManifest(repository, index, { mediaType: oci.index, tags })
})
afterAll(async () => {
  await session[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

interface Completing {
  /** The menu for a line with the cursor at its end; `HOST` is the registry. */
  readonly menu: (line: string) => Promise<readonly string[]>
  readonly last: () => CandidateList
}

function completing(options: { context?: string; history?: readonly string[] } = {}): Completing {
  const put = (text: string): string => text.replaceAll('HOST', registry.host)
  const context = put(options.context ?? '')
  const history = (options.history ?? []).map((text, at): PastLine => {
    return { text: put(text), context: '', at, status: 0 }
  })
  const keys = new AnnotationKeys()
  keys.see({ fields: [{ label: 'annotations', value: { 'com.example.seen': 'x' } }] })
  const engine = new CompletionEngine({
    provide: createProvider({
      commands: () => testCommands,
      services: async () => contextual(session, () => ({ context, names: new Set() })),
      context: () => context,
      history: () => history,
      aliases: () => new Map([['k', ['describe', '--as', 'klaus']]]),
      annotationKeys: () => keys.of(history),
    }),
  })
  let last: CandidateList | undefined
  return {
    async menu(line) {
      const world = testWorld({ context })
      const site = world.read(put(line)).siteAt(put(line).length)
      const stage = world.stageOf(site)
      await engine.ask(site, stage, (list) => {
        last = list
      })
      expect(last?.done).toBe(true)
      return rank(last!.candidates, stage.word, stage.base).map(({ value }) =>
        value.replaceAll(registry.host, 'HOST'),
      )
    },
    last: () => last!,
  }
}

const requests = (): number => registry.requests.length
const digest = /^sha256:[0-9a-f]{64}$/

describe('references, stage by stage', () => {
  test('registry, path, tag, digest', async () => {
    const { menu, last } = completing({ history: ['cd HOST'] })
    expect(await menu('describe ')).toEqual(['HOST/'])
    expect(await menu('describe HOST/')).toEqual(['HOST/other/', 'HOST/team/'])
    expect(await menu('describe HOST/team/')).toEqual(['HOST/team/app', 'HOST/team/tools/', 'HOST/team/web'])
    const app = 'HOST/team/app'
    expect(await menu(`describe ${app}`)).toEqual([
      app,
      ...['latest', '1.10', '1.1', '1.0'].map((tag) => `${app}:${tag}`),
    ])
    expect(await menu(`describe ${app}:1.1`)).toEqual([
      `${app}:1.10`,
      `${app}:1.1`,
      `${app}:1.1//`,
      expect.stringMatching(new RegExp(`^${app}:1.1@sha256:`)),
    ])
    const [first = ''] = await menu(`describe ${app}@`)
    expect(first.slice(`${app}@`.length)).toMatch(digest)
    // All tags have the same one: it is offered once.
    expect(last().candidates.map(({ columns }) => columns)).toEqual([['latest, 1.10, 1.1, 1.0']])
    expect(await menu(`describe ${first}`)).toEqual([`${first}//`])
  })

  test('in a context: what is below it, its tags, the registries; a whole name goes on with its tags', async () => {
    const { menu } = completing({ context: 'HOST/team', history: ['cd HOST'] })
    expect(await menu('describe ')).toEqual(['app', 'tools/', 'web', 'HOST/'])
    expect(await menu('describe app')).toEqual([
      'app',
      ...['latest', '1.10', '1.1', '1.0'].map((tag) => `app:${tag}`),
    ])
    expect(await completing({ context: 'HOST/team/web' }).menu('describe ')).toEqual(['HOST/team/web:2.0'])
  })

  test('P17 a list is asked for once: neither another word nor another place of it asks again', async () => {
    const { menu } = completing()
    await menu('describe HOST/')
    await menu('describe HOST/team/app:')
    const before = requests()
    for (const line of ['HOST/t', 'HOST/team/', 'HOST/team/a', 'HOST/team/tools/', 'HOST/other/', 'HOST/'])
      await menu(`describe ${line}`)
    for (const word of ['', '1', '1.', 'l', 'none', '']) await menu(`tags HOST/team/app:${word}`)
    expect(requests() - before).toBe(0)
    // A whole tag goes on with its digest, which is one question more, once.
    await menu('describe HOST/team/app:1.1')
    expect(requests() - before).toBe(1)
    await menu('describe HOST/team/app:1.1')
    expect(requests() - before).toBe(1)
  })

  test('two repositories that are whole words each have their own tags', async () => {
    const { menu } = completing()
    expect(await menu('describe HOST/team/app')).toContain('HOST/team/app:1.0')
    expect(await menu('describe HOST/team/web')).toEqual(['HOST/team/web', 'HOST/team/web:2.0'])
  })

  test('what was used before is offered where there is no catalog', async () => {
    const { menu, last } = completing({
      history: ['tags 127.0.0.1:1/team/app && pull 127.0.0.1:1/team/lib:1.0', "let x = '127.0.0.1:1/a b'"],
    })
    expect(await menu('describe 127.0.0.1:1/team/')).toEqual(['127.0.0.1:1/team/app', '127.0.0.1:1/team/lib'])
    expect(last().status.type).toBe('failed')
  })
})

test.each<[string, readonly string[]]>([
  ['describe x --as ', ['helm']],
  ['tags x | where kind == ', ['helm']],
  ['tags x | where mediaType == application/spdx', ['application/spdx+json']],
  ['tags x | where age < 3', ['30d']],
  ['tags x | where size > 10M', ['10MiB']],
  ['tags x | where platforms contains linux/ppc', ['linux/ppc64le']],
  ['validate x | where isThere == t', ['true']],
  ['pull x --platform linux/a', ['linux/amd64', 'linux/arm64', 'linux/arm/v7']],
  ['push x y --type application/spdx', ['application/spdx+json']],
  ['push x y --annotation com', ['com.example.seen=', 'com.example.written=']],
  ['push x y -a org.opencontainers.image.ti', ['org.opencontainers.image.title=']],
  ['push x y --annotation com.example.seen=', []],
  ['tags x | sort -r cre', ['created']],
  ['tags x | where crea', ['created']],
  ['tags x | where created st', ['startswith']],
  ['let abc = x; describe $ab', ['abc']],
  ['tags x | firs', ['first']],
  ['ls | get ref | descr', []],
  ['ta', ['tag', 'tags']],
  ['k', ['k']],
  ['pull --platf', ['--platform']],
  ['help descri', ['describe']],
  ['help refere', ['references']],
  ['help key', ['keys']],
  ['ls # comm', []],
])('%s', async (line, expected) => {
  const before = requests()
  const menu = await completing({ history: ['push x y --annotation com.example.written=1'] }).menu(line)
  expect([menu.slice(0, Math.max(1, expected.length)), requests() - before]).toEqual([expected, 0])
})

test("a flag is offered once, with the command's own words for it; a field with what it holds", async () => {
  const { menu, last } = completing()
  const flags = await menu('cp a b --')
  expect(new Set(flags).size).toBe(flags.length)
  const platform = last().candidates.find(({ value }) => value === '--platform')
  expect(platform?.columns).toEqual([expect.stringContaining('only these entries')])
  await menu('tags x | where ')
  expect(last().candidates.map(({ value, columns }) => [value, ...(columns ?? [])])).toContainEqual([
    'created',
    'time',
  ])
})

describe('local paths', () => {
  test('folders go on, hidden files do not show, names are quoted where they are put in', async () => {
    const place = join(folder.path, 'files')
    await mkdir(join(place, 'chart'), { recursive: true })
    for (const name of ['a b.json', '.hidden', 'z.txt']) await writeFile(join(place, name), '')
    const { menu, last } = completing()
    expect(await menu(`push ${place}/`)).toEqual(
      ['a b.json', 'chart/', 'z.txt'].map((name) => `${place}/${name}`),
    )
    expect(last().candidates.map(({ more }) => more === true)).toEqual([false, true, false])
    expect(await menu(`pull x ${place}/ch`)).toEqual([`${place}/chart/`])
    expect(await menu(`ls > ${place}/z`)).toEqual([`${place}/z.txt`])
    expect(await menu(`push ${place}/missing/`)).toEqual([])
    expect(await menu(`push ${place}/.h`)).toEqual([`${place}/.hidden`])
  })
})

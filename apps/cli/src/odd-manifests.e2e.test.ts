import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const image = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
const future = 'application/vnd.example.future+json'
const titleKey = 'org.opencontainers.image.title'
const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
const blobs = new Map(['{}', 'hello\n', 'other\n'].map((text) => [digest(text), text]))

function layer(title: string, text = 'hello\n', more: object = {}): object {
  return {
    mediaType: 'text/plain',
    digest: digest(text),
    size: text.length,
    annotations: { [titleKey]: title },
    ...more,
  }
}

function manifest(layers: readonly object[], more: object = {}): string {
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digest('{}'), size: 2 }
  return JSON.stringify({ schemaVersion: 2, mediaType: image, config, layers, ...more })
}

function index(...manifests: readonly object[]): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests })
}

const right = manifest([layer('h.txt')])
const child = { mediaType: image, digest: digest(right), size: right.length }
/** What a registry may hold, whoever put it there. */
const tags: Readonly<Record<string, string>> = {
  right,
  nameless: manifest([layer('')]),
  twice: manifest([layer('a'), layer('a')]),
  clash: manifest([layer('a'), layer('a', 'other\n')]),
  longer: manifest([layer('h.txt', 'hello\n', { size: 7 })]),
  lies: index({ ...child, size: 3 }),
  gap: index(child, { ...child, digest: `sha256:${'0'.repeat(64)}` }),
  future: JSON.stringify({ schemaVersion: 2, mediaType: future, things: [] }),
  runconfig: manifest([layer('h.txt')], { artifactType: 'application/vnd.toolhive.runconfig' }),
  sbom: manifest([layer('h.txt')], { artifactType: 'application/spdx+json' }),
  cut: right.slice(0, 100),
}
const manifests = new Map(Object.values(tags).map((text) => [digest(text), text]))

let world: World
let server: Server
let at: string

beforeAll(async () => {
  world = await createWorld()
  server = createServer((request, response) => {
    const [, part = '', name = ''] = /^\/v2\/odd\/(manifests|blobs|tags)\/(.+)$/.exec(request.url ?? '') ?? []
    const list = name === 'list' ? JSON.stringify({ name: 'odd', tags: Object.keys(tags) }) : undefined
    const body = { manifests: tags[name] ?? manifests.get(name), blobs: blobs.get(name), tags: list }[part]
    if (body === undefined) return response.writeHead(404).end()
    const type = name === 'future' || name === digest(tags['future']!) ? future : image
    const shown = body.includes('"manifests"') ? indexType : type
    response.writeHead(200, {
      'content-length': body.length,
      ...(part === 'manifests' && { 'content-type': shown }),
    })
    return response.end(request.method === 'HEAD' ? undefined : body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  at = `127.0.0.1:${(server.address() as AddressInfo).port}/odd`
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await world[Symbol.asyncDispose]()
})

async function problem(line: string): Promise<Record<string, unknown>> {
  const { stderr, code } = await world.run(`${line} --errors json`)
  const report = JSON.parse(stderr) as Record<string, unknown>
  expect(code).toBe(report['exit'])
  return report
}

describe('titles of layers', () => {
  test('an empty one is none', async () => {
    expect(await problem(`pull ${at}:nameless into`)).toMatchObject({ code: 'UNSUPPORTED', exit: 6 })
    expect(await world.names()).not.toContain('into')
  })

  test('one content that is named twice is one file', async () => {
    expect((await world.run(`pull ${at}:twice twice`)).code).toBe(0)
    expect(await world.names('twice')).toEqual(['a'])
  })

  test('one name of two contents is refused before anything is written', async () => {
    expect(await problem(`pull ${at}:clash clash`)).toMatchObject({
      code: 'TARGET_UNSAFE',
      message: 'two layers have the name "a"',
      hints: [{ text: 'Print each of them with cat --layer N.' }],
    })
    expect(await world.names()).not.toContain('clash')
  })

  test.each(['new\nline', '../up', '/abs', 'a//b'])(
    '%j is not pushed, as no pull would take it',
    async (title) => {
      await world.file('one.txt', '1')
      const { code, stderr } = await world.run([
        'push',
        '--title',
        title,
        'one.txt',
        'HOST/odd:1',
        '--errors',
        'json',
      ])
      expect([code, JSON.parse(stderr).code]).toEqual([2, 'USAGE_INVALID_VALUE'])
      expect((await world.run('exists HOST/odd:1')).code).toBe(1)
    },
  )
})

describe('sizes that are wrong', () => {
  test('of a layer whose bytes the target has already', async () => {
    expect((await world.run(`cp ${at}:right oci:sizes:right`)).code).toBe(0)
    expect(await problem(`cp ${at}:longer oci:sizes:longer`)).toMatchObject({
      code: 'SIZE_MISMATCH',
      exit: 7,
    })
    expect((await world.run('tags oci:sizes')).stdout).toBe('right\n')
  })

  test('of an entry of an index, there already or not, copied or pulled', async () => {
    expect((await world.run(`cp ${at}:right oci:entries:right`)).code).toBe(0)
    for (const line of [
      `cp ${at}:lies oci:entries:lies`,
      `cp ${at}:lies oci:fresh:lies`,
      `pull ${at}:lies lies`,
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await problem(line)).toMatchObject({ code: 'SIZE_MISMATCH', exit: 7 })
    }
    expect((await world.run('tags oci:entries')).stdout).toBe('right\n')
    expect(await world.names()).not.toContain('lies')
    const { stdout, code } = await world.run(`validate ${at}:lies`)
    expect([code, stdout.split('\t').slice(0, 3)]).toEqual([1, ['error', 'SIZE_MISMATCH', 'manifests[0]']])
  })
})

test('an index that names what is not there: the entry is named, not the tag', async () => {
  const missing = `${at}@sha256:${'0'.repeat(64)}`
  expect(await problem(`cp ${at}:gap oci:gap:1`)).toMatchObject({
    code: 'MANIFEST_NOT_FOUND',
    exit: 3,
    message: expect.stringContaining(`no manifest ${missing}`),
  })
  expect(await problem(`resolve ${at}:gab`)).toMatchObject({ code: 'TAG_NOT_FOUND', closest: ['gap'] })
})

test('a manifest of a type of the future is described and printed, and not copied as if it were understood', async () => {
  const described = await world.run(`describe ${at}:future -o json`)
  expect(described.code).toBe(0)
  expect(JSON.parse(described.stdout)).toMatchObject({ kind: 'unknown', digest: digest(tags['future']!) })
  expect((await world.run(`manifest ${at}:future`)).stdout).toBe(tags['future'])
  expect(await problem(`cp ${at}:future oci:future:1`)).toMatchObject({ code: 'MANIFEST_INVALID', exit: 6 })
})

test.each(['runconfig', 'sbom'])(
  'an artifact that only says it is a %s: described generically, and found by validate',
  async (tag) => {
    const described = await world.run(`describe ${at}:${tag}`)
    expect(described.code).toBe(0)
    expect(described.stderr).toContain(`warning: ${tag} cannot read it: `)
    expect(described.stdout).toContain(`digest\t${digest(tags[tag]!)}`)
    const found = await world.run(`validate ${at}:${tag}`)
    expect([found.code, found.stdout]).toEqual([
      1,
      expect.stringMatching(/^error\tKIND_(?:MISMATCH|INPUT_INVALID)\t/),
    ])
  },
)

test('an error without a hint of its own gives the one of its code', async () => {
  const { stderr, code } = await world.run(`describe ${at}:cut`)
  expect(code).toBe(6)
  expect(stderr).toBe(
    'error MANIFEST_INVALID: the manifest is not JSON: it ends too early, at character 100. Run validate for the list of findings, and push it again with a current tool.\n',
  )
})

import { once } from 'node:events'
import { oci } from '@ocish/sdk'
import { dockerRegistry, has } from '@ocish/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.file('report.json', '{"ok":true}\n')
  await world.file('notes.txt', 'one\ntwo\n')
})
afterAll(() => world[Symbol.asyncDispose]())

const type = 'application/vnd.example.report'
const digest = /sha256:[0-9a-f]{64}/

async function json(line: string): Promise<unknown> {
  const { stdout, stderr, code } = await world.run(`${line} -o json`)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

test('push answers what it pushed, and a second time moves nothing', async () => {
  const line = `push report.json notes.txt HOST/team/report:1.0 --artifact-type ${type} --annotation team=x`
  const first = await json(line)
  expect(first).toMatchObject({
    ref: `${world.host}/team/report:1.0`,
    tags: ['1.0'],
    digest: expect.stringMatching(digest),
  })
  const asked = await world.registry.asked(async () => expect(await json(line)).toEqual(first))
  expect(asked.filter((request) => request.endsWith(' blob') || request.includes('upload'))).toEqual([])
})

test('tags, ls and resolve', async () => {
  expect((await world.run('tags HOST/team/report')).stdout).toBe('1.0\n')
  expect((await world.run('ls HOST')).stdout).toBe(`${world.host}/team/report\n`)
  expect((await world.run('ls HOST/team')).stdout).toBe(`${world.host}/team/report\n`)
  expect((await world.run('ls HOST/team/report')).stdout).toBe('1.0\n')
  const parts = (await world.run('ls HOST/team/report:1.0')).stdout
    .split('\n')
    .map((line) => line.split('\t')[0])
  expect(parts).toEqual(['', 'report.json', 'notes.txt', ''])
  expect((await world.run('resolve HOST/team/report:1.0')).stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/)
})

test('describe says what it is, for a person and for a program', async () => {
  const text = (await world.run('describe HOST/team/report:1.0')).stdout
  expect(text).toContain('files\treport.json,notes.txt\n')
  expect(text).toContain(`artifact type\t${type}\n`)
  expect(await json('describe HOST/team/report:1.0')).toMatchObject({
    kind: 'artifact',
    digest: expect.stringMatching(digest),
  })
})

test('cat, manifest and config give exact bytes', async () => {
  expect((await world.run('cat HOST/team/report:1.0//notes.txt')).stdout).toBe('one\ntwo\n')
  expect((await world.run('cat HOST/team/report:1.0 --layer 0')).stdout).toBe('{"ok":true}\n')
  expect((await world.run('config HOST/team/report:1.0')).stdout).toBe('{}')
  const { bytes } = await world.run('manifest HOST/team/report:1.0')
  const stored = await world.registry.registry.openManifest('team/report', '1.0')
  expect(Buffer.from(bytes).equals(Buffer.from(stored.bytes))).toBe(true)
})

test('copy to a layout and back, with what refers to it', async () => {
  await world.file('sbom.json', '{"spdxVersion":"SPDX-2.3"}')
  const attached = (await json(
    'attach sbom.json HOST/team/report:1.0 --artifact-type application/spdx+json',
  )) as { digest: string }
  expect((await world.run('referrers HOST/team/report:1.0')).stdout).toContain(attached.digest)
  expect((await world.run('cp HOST/team/report:1.0 oci:layout --referrers')).code).toBe(0)
  expect((await world.run('cp oci:layout HOST/mirror/ --referrers')).stdout).toContain(
    `${world.host}/mirror/layout:1.0\t`,
  )
  expect((await world.run('tree HOST/mirror/layout:1.0')).stdout).toContain(attached.digest)
  const [here, there] = await Promise.all(
    ['HOST/team/report', 'HOST/mirror/layout'].map((name) => world.run(`resolve ${name}:1.0`)),
  )
  expect(here!.stdout).toBe(there!.stdout)
})

test('pull writes the files, refuses what is there, and replaces a folder as a whole', async () => {
  expect((await world.run('pull HOST/team/report:1.0 out')).code).toBe(0)
  expect(await world.names('out')).toEqual(['notes.txt', 'report.json'])
  expect(await world.read('out/report.json')).toBe('{"ok":true}\n')
  await world.file('out/mine.txt', 'kept until --force')
  expect((await world.run('pull HOST/team/report:1.0 out')).code).toBe(8)
  expect(await world.names('out')).toEqual(['mine.txt', 'notes.txt', 'report.json'])
  expect((await world.run('pull HOST/team/report:1.0 out --force')).code).toBe(0)
  expect(await world.names('out')).toEqual(['notes.txt', 'report.json'])
  const again = await world.run('pull HOST/team/report:1.0')
  expect(again.code).toBe(8)
  expect(again.stderr).toContain('FILE_EXISTS')
})

test('tag moves a tag only when told to; rm removes the tag alone', async () => {
  await world.run('push notes.txt HOST/team/report:2.0 --as generic')
  expect((await world.run('tag HOST/team/report:1.0 stable')).code).toBe(0)
  const moved = await world.run('tag HOST/team/report:2.0 stable')
  expect([moved.code, moved.stderr]).toEqual([1, expect.stringContaining('TAG_EXISTS')])
  expect((await world.run('tag HOST/team/report:2.0 stable --force')).code).toBe(0)
  expect((await world.run('rm HOST/team/report:stable')).code).toBe(2)
  expect((await world.run('rm HOST/team/report:stable --yes')).code).toBe(0)
  expect((await world.run('tags HOST/team/report')).stdout).toBe('1.0\n2.0\n')
})

test('rm --manifest names every tag that goes with it', async () => {
  await world.run('tag HOST/team/report:2.0 2 latest')
  const plan = await world.run('rm HOST/team/report:2 --manifest --dry-run')
  expect(plan.stdout).toContain('tags: 2, 2.0, latest\tplanned')
  expect((await world.run('exists HOST/team/report:2.0 HOST/team/report:9')).code).toBe(1)
  expect((await world.run('rm HOST/team/report:2 --manifest --yes')).code).toBe(0)
  expect((await world.run('tags HOST/team/report')).stdout).toBe('1.0\n')
})

test('serve --sparse takes an index whose manifests are missing', async () => {
  const missing = { mediaType: oci.manifest, digest: `sha256:${'0'.repeat(64)}`, size: 3 }
  const index = { schemaVersion: 2, mediaType: oci.index, manifests: [missing] }
  await world.file('sparse.json', JSON.stringify(index))
  const refused = await world.run('manifest put sparse.json HOST/sparse:1')
  expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining(missing.digest)])
  const { child, done } = world.start('serve registry --addr 127.0.0.1:0 --sparse')
  const [row] = (await once(child.stdout, 'data')) as [Buffer]
  const address = String(row).split('\t', 1)[0] ?? ''
  expect((await world.run(`manifest put sparse.json ${address}/sparse:1`)).code).toBe(0)
  child.kill('SIGINT')
  await done
})

test('ls of a path that is not in the artifact says so', async () => {
  await world.run('push notes.txt HOST/inside:1')
  expect((await world.run('ls HOST/inside:1//notes.txt')).code).toBe(0)
  const { code, stderr } = await world.run('ls HOST/inside:1//other')
  expect([code, stderr]).toEqual([3, expect.stringContaining('nothing at other')])
})

test('serve of a file is refused', async () => {
  const { code, stderr } = await world.run('serve notes.txt --addr 127.0.0.1:0')
  expect([code, stderr]).toEqual([2, expect.stringContaining('notes.txt is a file')])
})

test('dry runs change nothing', async () => {
  const lines = [
    'push notes.txt HOST/new:1',
    'cp HOST/team/report:1.0 HOST/new:1',
    'tag HOST/team/report:1.0 new',
    'pull HOST/team/report:1.0 fresh',
  ]
  for (const line of lines) {
    const asked = await world.registry.asked(async () =>
      expect((await world.run(`${line} --dry-run`)).code).toBe(0),
    )
    expect(asked.filter((request) => !/^(?:GET|HEAD) /.test(request))).toEqual([])
  }
  expect(await world.names()).not.toContain('fresh')
})

test('raw writers: blob put, manifest put with exact bytes, blob rm', async () => {
  const put = await world.run('blob put - HOST/raw', { stdin: 'payload' })
  const blob = put.stdout.trim()
  expect(blob).toMatch(digest)
  const manifest = `{ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {"mediaType":"text/plain","digest":"${blob}","size":7}, "layers": [] }\n`
  await world.file('manifest.json', manifest)
  expect((await world.run('manifest put manifest.json HOST/raw:1')).code).toBe(0)
  expect((await world.run('manifest HOST/raw:1')).stdout).toBe(manifest)
  expect((await world.run(`blob rm HOST/raw@${blob} --yes`)).code).toBe(0)
  const findings = await world.run('validate HOST/raw:1')
  expect([findings.code, findings.stdout]).toEqual([1, expect.stringContaining('BLOB_MISSING')])
})

test('patterns over tags and repositories', async () => {
  const copied = await world.run('cp HOST/team/*:1.* HOST/patterns/')
  expect(copied.stdout).toContain(`${world.host}/patterns/report:1.0\t`)
  expect((await world.run('ls HOST/*/report')).stdout).toBe(
    `${world.host}/patterns/report\n${world.host}/team/report\n`,
  )
  expect((await world.run('exists HOST/team/report:9.*')).code).toBe(3)
})

test('a runconfig is recognised by what it holds', async () => {
  const config = {
    image: 'ghcr.io/example/fetch:1.0.0',
    name: 'fetch',
    transport: 'stdio',
    schema_version: 'v0.1.0',
  }
  await world.file('fetch.json', JSON.stringify(config))
  const pushed = await world.run('push fetch.json HOST/job:1')
  expect([pushed.code, pushed.stderr]).toEqual([0, expect.stringContaining('is taken as runconfig')])
  expect(pushed.stdout).toContain('kind\trunconfig\n')
  expect((await world.run('describe HOST/job:1')).stdout).toMatch(/^title\tfetch\n/)
  expect((await world.run('validate HOST/job:1')).code).toBe(0)
  const generic = await world.run('push fetch.json HOST/job:2 --as generic')
  expect([generic.stderr, generic.stdout]).toEqual(['', expect.not.stringContaining('runconfig')])
  const imported = await world.run('pull HOST/job:1 imported')
  expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining('is not pinned by digest')])
  expect(await world.read('imported/fetch.json')).toContain('"proxy_mode": "streamable-http"')
  await world.run('pull HOST/job:1 raw --as generic')
  expect(await world.read('raw/runconfig.json')).not.toContain('proxy_mode')
  const plain = await world.run('describe HOST/job:1 --as generic')
  expect([plain.code, plain.stdout]).toEqual([0, expect.not.stringContaining('transport')])
})

test.skipIf(!has('docker-registry') || !has('htpasswd'))(
  'login asks the server before it stores, whoami says where from, logout removes',
  async () => {
    await using registry = await dockerRegistry({ auth: 'htpasswd' })
    const { host, username, password } = registry
    const line = ['login', host, '--username', username, '--password-stdin']
    const refused = await world.run(`tags ${host}/team/app`)
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining(`login ${host}`)])
    expect((await world.run(line, { stdin: 'wrong' })).code).toBe(4)
    expect((await world.run(`whoami ${host}`)).code).toBe(1)
    const stored = await world.run(line, { stdin: `${password}\n` })
    expect([stored.code, stored.stderr]).toEqual([0, expect.stringContaining('stored unencrypted')])
    expect((await world.run(`push notes.txt ${host}/team/app:1`)).code).toBe(0)
    expect((await world.run(`whoami ${host}`)).stdout).toContain(username)
    expect((await world.run(`logout ${host}`)).code).toBe(0)
    expect((await world.run(`logout ${host}`)).code).toBe(1)
    expect((await world.run(`push notes.txt ${host}/team/app:2`)).code).toBe(4)
  },
)

test('columns, limit and forms of output', async () => {
  const line = 'tags HOST/team/report --columns tag,size'
  expect((await world.run(`${line} -o ndjson --limit 1`)).stdout).toMatch(/"tag":"1.0".*"size":22/)
  expect((await world.run(line)).stdout).toBe('1.0\t22\n')
  expect((await world.run(`${line} -o csv`)).stdout).toBe('tag,size\n1.0,22\n')
  expect((await world.run(`${line} -o table`)).stdout).toBe('TAG  SIZE\n1.0  22 B\n')
})

import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { digestOf } from '@ocish/sdk'
import { content, faults, has, noise, ocishBin, serveFaults } from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './world.test-kit.ts'

const run = promisify(execFile)

/** A layer of files. */
function layerOf(files: Readonly<Record<string, string>>): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'ocish-layer-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const bytes = execFileSync('tar', ['-C', folder, '-cf', '-', ...Object.keys(files)])
  rmSync(folder, { recursive: true })
  return bytes
}

const base = layerOf({ 'etc/a': 'old', 'etc/gone': 'x', 'usr/b': 'b' })
const top = layerOf({ 'etc/a': 'new', 'etc/.wh.gone': '' })
const configOf = (created: string): Readonly<Record<string, unknown>> => ({
  architecture: 'amd64',
  os: 'linux',
  created,
  rootfs: { type: 'layers', diff_ids: [digestOf(base), digestOf(top)] },
})
const type = 'application/vnd.oci.image.config.v1+json'
const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip'
const layers = [
  { blob: 'base', mediaType: gzip },
  { blob: 'top', mediaType: gzip },
] as const
const yesterday = new Date(Date.now() - 86_400_000).toISOString()
const image = content({
  blobs: {
    old: configOf('2020-01-01T00:00:00Z'),
    young: configOf(yesterday),
    base: gzipSync(base),
    top: gzipSync(top),
    note: 'note',
    other: 'other',
  },
  manifests: {
    app: { config: { blob: 'old', mediaType: type }, layers },
    young: { config: { blob: 'young', mediaType: type }, layers },
    sbom: { artifactType: 'application/spdx+json', layers: ['note'], subject: 'app' },
    signature: { artifactType: 'application/vnd.example.signature', layers: ['other'], subject: 'app' },
    all: { manifests: [{ manifest: 'app', platform: { os: 'linux', architecture: 'amd64' } }] },
  },
  tags: { '1.0': 'app', '1.1': 'young', all: 'all' },
})
const big = content({
  blobs: { big: noise(2 * 1024 * 1024) },
  manifests: { app: { artifactType: 'application/vnd.example.big', layers: ['big'] } },
  tags: { '1': 'app' },
})

/** What no test before has brought into the store. */
const fleet = content({
  blobs: { big: noise(2 * 1024 * 1024, 7) },
  manifests: { app: { artifactType: 'application/vnd.example.big', layers: ['big'] } },
  tags: { '1': 'app' },
})

let world: World
beforeAll(async () => {
  world = await createWorld()
  await image.push(world.registry.registry, 'src/app')
  await big.push(world.registry.registry, 'big')
  await fleet.push(world.registry.registry, 'fleet')
})
afterAll(() => world[Symbol.asyncDispose]())

async function out(line: string | readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await world.run(line)
  expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' })
  return stdout
}

describe('a dash', () => {
  test('goes where its line says: a redirect, a pipe, standard output', async () => {
    await out(['-c', `cp ${world.host}/src/app:1.0 - > written.tar`])
    const { bytes } = await world.run('cp HOST/src/app:1.0 -')
    expect(Buffer.from(bytes)).toEqual(await readFile(world.home.join('written.tar')))
    expect(await out('resolve tar:written.tar:1.0')).toBe(await out('resolve HOST/src/app:1.0'))
  })

  test.for([
    ['cp', 'cp SRC:1.0 -'],
    ['cp -r', 'cp -r SRC -'],
    ['sync', 'sync SRC -'],
    ['convert', 'convert SRC:1.0 - --to docker'],
    ['push', 'push note.txt -'],
    ['manifest put', 'manifest put index.json -'],
    ['blob put', 'blob put note.txt -'],
  ])('%s: the archive alone, through the pipe and the redirect of its line', async ([name, line]) => {
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    await world.file('note.txt', 'note')
    await world.file('index.json', JSON.stringify({ schemaVersion: 2, mediaType, manifests: [] }))
    const call = line!.replace('SRC', `${world.host}/src/app`)
    const { bytes, code } = await world.run(call)
    expect(code).toBe(0)
    const file = `${name!.replaceAll(' ', '')}.tar`
    await out(['-c', `${call} > ${file}`])
    expect(await readFile(world.home.join(file))).toEqual(Buffer.from(bytes))
    expect(execFileSync('tar', ['tf', world.home.join(file)], { encoding: 'utf8' })).toContain('index.json')
  })

  test('has no bytes where nothing was written', async () => {
    const { code, stdout } = await world.run('cp HOST/src/app:1.0 - --dry-run')
    expect([code, stdout]).toEqual([0, ''])
  })

  test('is read as an archive; what is none is said to be standard input', async () => {
    const { bytes } = await world.run('cp HOST/src/app:1.0 -')
    expect((await world.run('cp - oci:dash:1', { stdin: bytes })).code).toBe(0)
    expect(await out('resolve oci:dash:1')).toBe(await out('resolve HOST/src/app:1.0'))
    const empty = await world.run('cp - oci:none:1')
    expect(empty.code).not.toBe(0)
    expect(empty.stderr).toContain('standard input is neither')
  })
})

describe('a docker-archive', () => {
  test('is written and read back with the same configuration and layers', async () => {
    await out('cp HOST/src/app:1.0 docker-archive:saved.tar:team/app:1.0')
    expect(await out('tags docker-archive:saved.tar')).toBe('docker.io/team/app:1.0\n')
    await out('cp docker-archive:saved.tar:team/app:1.0 HOST/back:1')
    const manifest = JSON.parse(await out('manifest HOST/back:1')) as {
      readonly config: { readonly digest: string }
      readonly layers: readonly { readonly digest: string }[]
    }
    expect(manifest.config.digest).toBe(image.blobs.old.descriptor.digest)
    expect(manifest.layers.map(({ digest }) => digest)).toEqual([digestOf(base), digestOf(top)])
    await out('sync HOST/src/app docker-archive:two.tar --match 1.*')
    expect((await out('ls docker-archive:two.tar -o ndjson')).trim().split('\n')).toHaveLength(2)
  })

  test('takes one platform of an index, and no index', async () => {
    const refused = await world.run('cp HOST/src/app:all docker-archive:index.tar:app')
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining('--platform')])
    expect(await world.names()).not.toContain('index.tar')
    await out('cp HOST/src/app:all docker-archive:index.tar:app --platform linux/amd64')
    expect(await out('tags docker-archive:index.tar')).toBe('docker.io/library/app:latest\n')
  })

  test.skipIf(!has('skopeo'))('is what skopeo reads', async () => {
    await out('cp HOST/src/app:1.0 docker-archive:skopeo.tar:team/app:1.0')
    const place = `docker-archive:${world.home.join('skopeo.tar')}:team/app:1.0`
    const { stdout } = await run('skopeo', ['inspect', '--config', '--raw', place], { encoding: 'utf8' })
    expect(digestOf(Buffer.from(stdout))).toBe(image.blobs.old.descriptor.digest)
  })
})

describe('sync', () => {
  const rows = async (line: string): Promise<readonly string[]> =>
    (await out(line))
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((row) => row.split('\t')[1]?.replace(/^.*:/, '') ?? '')

  test('--since takes what was created since', async () => {
    expect(await rows('sync HOST/src/app HOST/since --since 30d')).toEqual(['1.1'])
    expect(await out('tags HOST/since')).toBe('1.1\n')
  })

  test('--skip-existing leaves the tags alone that are there', async () => {
    await out('cp HOST/src/app:1.1 HOST/skip:1.0')
    const before = await out('resolve HOST/skip:1.0')
    expect(await rows('sync HOST/src/app HOST/skip --skip-existing')).toEqual(['1.1', 'all'])
    expect(await out('resolve HOST/skip:1.0')).toBe(before)
    expect(await rows('sync HOST/src/app HOST/skip')).toEqual(['1.0'])
    const all = await out('cp HOST/src/app HOST/skip --all-tags --skip-existing')
    expect(
      all
        .trim()
        .split('\n')
        .every((row) => row.endsWith('skipped')),
    ).toBe(true)
  })
})

test('tags that arrive together: each byte is moved by one, and told once', async () => {
  const trio = content({
    blobs: { large: noise(2 * 1024 * 1024, 11) },
    manifests: { app: { artifactType: 'application/vnd.example.trio', layers: ['large'] } },
    tags: { '1': 'app', '2': 'app', '3': 'app' },
  })
  await trio.push(world.registry.registry, 'trio')
  const rows = JSON.parse(await out('cp HOST/trio oci:together --all-tags -o json')) as readonly {
    readonly bytes: number
    readonly reused: number
  }[]
  const sum = (column: 'bytes' | 'reused'): number => rows.reduce((total, row) => total + row[column], 0)
  const size = rows[0]!.bytes + rows[0]!.reused
  expect([rows.length, sum('bytes')]).toEqual([3, size])
})

test('--referrers-type brings those of the artifact types that it names, or leaves out', async () => {
  const types = async (ref: string): Promise<readonly string[]> => {
    const found = JSON.parse(await out(`referrers ${ref} -o json`)) as readonly {
      readonly artifactType: string
    }[]
    return found.map(({ artifactType }) => artifactType)
  }
  expect(await types('HOST/src/app:1.0')).toHaveLength(2)
  await out('cp HOST/src/app:1.0 oci:typed:1 --referrers-type application/spdx+json')
  expect(await types('oci:typed:1')).toEqual(['application/spdx+json'])
  await out('cp HOST/src/app:1.0 oci:whole:1 --referrers')
  const all = await types('oci:whole:1')
  expect(all).toHaveLength(2)
  await out(`cp HOST/src/app:1.0 oci:both:1 --referrers-type ${all.join(',')}`)
  expect((await types('oci:both:1')).toSorted()).toEqual(all.toSorted())
  await out('cp HOST/src/app:1.0 oci:others:1 --referrers-type !application/spdx+json')
  expect(await types('oci:others:1')).toEqual(all.filter((found) => found !== 'application/spdx+json'))
  expect((await world.run('cp HOST/src/app:1.0 oci:bad:1 --referrers-type a/b,')).code).toBe(2)
})

test('export gives the merged root file system', async () => {
  const { bytes, code } = await world.run('export HOST/src/app:1.0')
  expect(code).toBe(0)
  await world.file('root.tar', bytes)
  const path = world.home.join('root.tar')
  const names = execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).split('\n')
  expect(names.filter((name) => name !== '' && !name.endsWith('/')).toSorted()).toEqual(['etc/a', 'usr/b'])
  expect(execFileSync('tar', ['-xOf', path, 'etc/a'], { encoding: 'utf8' })).toBe('new')
})

describe('a transfer that has to wait', () => {
  test('--limit-rate: two MiB at one MiB a second take their time', async () => {
    const row = JSON.parse(await out('cp HOST/big:1 oci:slow:1 --no-cache --limit-rate 1MiB -o ndjson')) as {
      readonly ms: number
    }
    expect(row.ms).toBeGreaterThan(500)
  })

  test('--max-wait: a registry that asks for more is an error at once, with less it is obeyed', async () => {
    await using server = await serveFaults(world.registry.registry)
    const busy = (seconds: number): void =>
      server.setRules([
        {
          route: 'blob',
          nth: 1,
          action: faults.status(429, { wire: 'TOOMANYREQUESTS', retryAfter: seconds }),
        },
      ])
    busy(3600)
    const refused = await world.run(`cp ${server.host}/big:1 oci:busy:1 --no-cache --max-wait 2s`)
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('REGISTRY_RATE_LIMITED')])
    expect(refused.stderr).toContain('3600')
    busy(1)
    await out(`cp ${server.host}/big:1 oci:busy:1 --no-cache --max-wait 2s`)
  })
})

describe('progress', () => {
  test('is nothing where standard error is no terminal', async () => {
    const { stderr } = await world.run('cp HOST/big:1 oci:quiet:1 --no-cache')
    expect(stderr).toBe('')
  })

  test('--progress json is one line for each event, and a summary', async () => {
    const { stderr, stdout } = await world.run('cp HOST/big:1 oci:lines:1 --no-cache --progress json')
    expect(stdout.trim().split('\n')).toHaveLength(1)
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string })
    const seen = events.map(({ event }) => event)
    expect(seen.at(-1)).toBe('summary')
    for (const wanted of ['waiting', 'moving', 'done']) expect(seen).toContain(wanted)
  })

  test.skipIf(spawnSync('script', ['--version']).status !== 0)(
    'is a live region on a terminal, gone at the end but for one line',
    async () => {
      const line = `${process.execPath} ${ocishBin} cp ${world.host}/big:1 oci:live:1 --no-cache --limit-rate 1MiB`
      const { stdout } = await run('script', ['-qefc', `stty cols 90 rows 20; ${line}`, '/dev/null'], {
        cwd: world.home.path,
        env: { ...process.env, HOME: world.home.path, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
        encoding: 'utf8',
      })
      // Painted, painted over, taken away.
      expect(stdout.split('\u001B[').some((piece) => /^\d+A/.test(piece))).toBe(true)
      expect(stdout).toContain('\u001B[J')
      expect(stdout).toMatch(/MiB\/s|KiB\/s/)
      const end = stdout.slice(stdout.lastIndexOf('\u001B[J'))
      expect(end.match(/pieces? moved/g)).toHaveLength(1)
    },
  )
})

test('serve --upstream obeys Retry-After, once for all that ask', async () => {
  await using server = await serveFaults(world.registry.registry, [
    {
      route: 'blob',
      method: 'GET',
      nth: 1,
      action: faults.status(429, { wire: 'TOOMANYREQUESTS', retryAfter: 1 }),
    },
  ])
  const { child, done } = world.start(`serve --upstream ${server.host} --addr 127.0.0.1:0 -o ndjson`)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { address } = JSON.parse(line.toString()) as { readonly address: string }
  const { digest, size } = fleet.blobs.big.descriptor
  const start = performance.now()
  const all = Array.from({ length: 8 }, async () => {
    const answer = await fetch(`http://${address}/v2/fleet/blobs/${digest}`)
    return [answer.status, (await answer.arrayBuffer()).byteLength]
  })
  for (const got of await Promise.all(all)) expect(got).toEqual([200, size])
  expect(performance.now() - start).toBeGreaterThan(900)
  expect(server.count({ route: 'blob', method: 'GET' })).toBe(2)
  child.kill('SIGINT')
  await done
})

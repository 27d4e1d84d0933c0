import { digestOf, type Artifact } from '@ocish/sdk'
import {
  artifactOf,
  bytesOf,
  describeKind,
  kindContext,
  memoryFile,
  memorySource,
  memoryTarget,
  opened,
  readAll,
} from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { chartType, configType, legacyChartType, provenanceType } from './constants.ts'
import helm from './index.ts'
import type { HelmChart } from './model.ts'
import { chartFolder, packedChart, signedChart, tgz, webYaml, type TarFile } from './charts.test-kit.ts'

const signed = await signedChart()
const archive = await tgz([
  { path: 'web', type: 'folder' },
  { path: 'web/templates/a.yaml', content: 'a' },
  { path: 'web/Chart.yaml', content: webYaml },
])

const context = kindContext()
const read = async (artifact: Artifact): Promise<HelmChart> =>
  (await helm.read(artifact, context)) as HelmChart
const pack = async (source: Parameters<NonNullable<typeof helm.pack>>[0], options = {}): Promise<Artifact> =>
  artifactOf(await helm.pack!(source, kindContext({ options })))

/** Examples find a signed chart under every reference but those of the listing. */
const lookup = kindContext({
  anyArtifact: signed.artifact,
  artifacts: { 'ghcr.io/acme/charts/web:1.2.0_build.5': signed.artifact },
}).lookup

describeKind(helm, {
  packageJson,
  lookup,
  folder: (parameter) => (parameter === 'keyring' ? memoryFile('acme.gpg', signed.keyring) : chartFolder()),
  cases: [
    {
      name: 'a folder',
      source: () => chartFolder(),
      unpacked: {
        'Chart.yaml': webYaml,
        'values.yaml': 'replicas: 1\nimage: {name: web, tag: "2.0"}\n',
        'values.schema.json': '{"type": "object"}\n',
        'README.md': '# Web\n',
        'crds/site.yaml': 'kind: CustomResourceDefinition\n',
        'templates/deployment.yaml': 'kind: Deployment\n',
        '.helmignore': '*.tmp\n.git/\n',
      },
    },
    {
      name: "a folder in Helm's own form",
      source: () => chartFolder(),
      options: { compat: true, created: '1700000000' },
    },
    {
      name: 'an archive',
      source: () => memoryFile('web-1.2.0.tgz', archive),
      unpacked: { 'Chart.yaml': webYaml, 'templates/a.yaml': 'a' },
    },
    { name: 'an archive with provenance', source: () => signed.source },
  ],
  refusals: [
    {
      name: 'a folder without Chart.yaml',
      source: () => memorySource({ a: '' }),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a Chart.yaml that .helmignore leaves out',
      source: () => chartFolder({ '.helmignore': '!templates\n' }),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a schema that is no JSON',
      source: () => chartFolder({ 'values.schema.json': '{' }),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a declared dependency that is not in charts/',
      source: () =>
        chartFolder({ 'Chart.yaml': `${webYaml}dependencies: [{name: db, repository: "oci://r/x"}]\n` }),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a link out of the folder',
      source: () => chartFolder({ secret: { link: '../../etc/passwd' } }),
      code: 'ARCHIVE_UNSAFE',
    },
    { name: 'a zip file', source: () => memoryFile('x.tgz', 'PK'), code: 'ARCHIVE_INVALID' },
    { name: 'an empty file', source: () => memoryFile('x.tgz', ''), code: 'ARCHIVE_INVALID' },
    {
      name: 'another version of an archive',
      source: () => memoryFile('x.tgz', archive),
      options: { version: '2.0.0' },
      code: 'USAGE_CONFLICT',
    },
    {
      name: 'a version that is none',
      source: () => chartFolder(),
      options: { version: 'latest' },
      code: 'USAGE_INVALID_VALUE',
    },
    {
      name: 'a time that is none',
      source: () => chartFolder(),
      options: { created: 'yesterday' },
      code: 'USAGE_INVALID_VALUE',
    },
    {
      name: 'an artifact of another type',
      artifact: () => artifactOf({ layers: [], config: { mediaType: 'a/b', open: opened('{}') } }),
      code: 'KIND_INPUT_INVALID',
    },
  ],
})

describe('packing', () => {
  test('the tag is the version with _ for +, the layer the untouched archive, the time that of the file', async () => {
    const packed = await helm.pack!(signed.source, context)
    expect(packed.tag).toBe('1.2.0_build.5')
    const { artifact } = signed
    expect(artifact.layers.map(({ digest }) => digest)).toEqual(
      artifact.layers.map(({ digest }) => digest).toSorted(),
    )
    expect(artifact.layers.map(({ mediaType }) => mediaType).toSorted()).toEqual([chartType, provenanceType])
    expect(artifact.annotations['org.opencontainers.image.created']).toBe('2023-11-14T22:13:20Z')
    expect(artifact.annotations['org.opencontainers.image.version']).toBe('1.2.0+build.5')
    expect(packed.notes).toEqual(['web-1.2.0+build.5.tgz.prov goes with it'])
  })

  test('a folder keeps its Chart.yaml byte for byte, unless something is overridden', async () => {
    const yaml = `# ours\n${webYaml}`
    const entry = async (options: object): Promise<string> => {
      const target = memoryTarget()
      await helm.unpack!(await pack(chartFolder({ 'Chart.yaml': yaml }), options), target, context)
      return target.text('Chart.yaml') ?? ''
    }
    expect(await entry({})).toBe(yaml)
    expect(await entry({ version: '3.0.0', 'app-version': '1.10' })).toBe(
      'apiVersion: v2\nappVersion: "1.10"\ndescription: A web server\nicon: https://example.test/icon.svg\nname: web\nversion: 3.0.0\n',
    )
  })

  test('version: 1.10 is published as 1.1, and said', async () => {
    const packed = await helm.pack!(
      chartFolder({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.10\n' }),
      context,
    )
    expect(packed.tag).toBe('1.1')
    expect(packed.notes).toEqual([
      'Chart.yaml, line 3: version: 1.10 is a number, not text, and is read as 1.1. Write version: "1.10".',
    ])
  })

  test('packed subcharts become folders, in the order of their names', async () => {
    const sub = (name: string): Promise<Uint8Array> =>
      tgz([{ path: `${name}/Chart.yaml`, content: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n` }])
    const source = chartFolder({
      'charts/b-1.0.0.tgz': await sub('b'),
      'charts/a/Chart.yaml': 'apiVersion: v2\nname: a\nversion: 1.0.0\n',
      'charts/_ignored/x': '',
      'charts/b-1.0.0.tgz.prov': 'p',
    })
    const artifact = await pack(source)
    const paths = (await Array.fromAsync(helm.list!(artifact, context))).map(({ path }) => path)
    expect(paths.filter((path) => path.startsWith('charts/'))).toEqual([
      'charts/b-1.0.0.tgz.prov',
      'charts/a/Chart.yaml',
      'charts/b/Chart.yaml',
    ])
  })

  test('links inside the folder are followed', async () => {
    const artifact = await pack(
      chartFolder({
        'shared/x.yaml': 'x',
        'templates/x.yaml': { link: '../shared/x.yaml' },
        more: { link: 'shared' },
      }),
    )
    const target = memoryTarget()
    await helm.unpack!(artifact, target, context)
    expect([target.text('templates/x.yaml'), target.text('more/x.yaml')]).toEqual(['x', 'x'])
  })

  test('a link to a folder it is in has no end, and is refused', async () => {
    await expect(pack(chartFolder({ loop: { link: '.' } }))).toFailWith('ARCHIVE_UNSAFE')
  })

  test('apiVersion v1: dependencies come from requirements.yaml into the configuration', async () => {
    const source = memorySource({
      'Chart.yaml': 'name: old\nversion: 0.1.0\n',
      'requirements.yaml': 'dependencies:\n- {name: db, version: 1.x, repository: "oci://r/x"}\n',
      'charts/db/Chart.yaml': 'name: db\nversion: 1.0.0\n',
    })
    const chart = await read(await pack(source))
    expect(chart).toMatchObject({ apiVersion: 'v1', dependencies: [{ name: 'db', version: '1.x' }] })
    expect(helm.dependencies!(chart)).toEqual([{ ref: 'r/x/db', name: 'db 1.x', kind: 'helm' }])
  })

  test('asked annotations go into the manifest', async () => {
    const packed = await helm.pack!(chartFolder(), context)
    if ('index' in packed || typeof packed.annotations === 'function') throw new TypeError('not this form')
    const artifact = await artifactOf({ ...packed, annotations: { ...packed.annotations, team: 'x' } })
    expect(artifact.annotations).toMatchObject({ team: 'x', 'org.opencontainers.image.title': 'web' })
  })
})

describe('reading', () => {
  test('an index: the chart in it is used (V14)', async () => {
    const layer = { mediaType: 'text/plain', open: opened('x') }
    const packed = await helm.pack!(chartFolder(), context)
    if ('index' in packed) throw new TypeError('not this form')
    const index = await artifactOf({
      index: [{ platform: { os: 'linux', architecture: 'amd64' }, packed: { layers: [layer] } }, { packed }],
    })
    expect((await read(index)).name).toBe('web')
    expect(await Array.fromAsync(helm.list!(index, context))).toHaveLength(7)
  })

  test('a chart layer of Helm before 3.7', async () => {
    const artifact = await artifactOf({
      config: { mediaType: configType, open: opened('{"name":"web","version":"1.0.0"}') },
      layers: [{ mediaType: legacyChartType, open: opened(archive) }],
    })
    expect(await Array.fromAsync(helm.list!(artifact, context))).toHaveLength(2)
  })

  test('no chart layer (V13): the metadata can be read, the files cannot', async () => {
    const artifact = await artifactOf({
      config: { mediaType: configType, open: opened('{"name":"web","version":"1.0.0"}') },
      layers: [{ mediaType: 'text/plain', open: opened('x') }],
    })
    expect((await read(artifact)).name).toBe('web')
    await expect(helm.unpack!(artifact, memoryTarget(), context)).toFailWith('KIND_INPUT_INVALID')
  })

  test('pull --archive and --prov write what Helm would', async () => {
    const target = memoryTarget()
    await helm.unpack!(signed.artifact, target, kindContext({ options: { prov: true } }))
    expect([...target.entries.keys()]).toEqual(['web-1.2.0+build.5.tgz', 'web-1.2.0+build.5.tgz.prov'])
    expect(target.text('web-1.2.0+build.5.tgz.prov')).toBe(signed.provenance)
    const unsigned = await packedChart()
    const asked = kindContext({ options: { prov: true } })
    await expect(helm.unpack!(unsigned, memoryTarget(), asked)).toFailWith('KIND_INPUT_INVALID')
  })

  test('describe', async () => {
    const { title, summary, fields } = helm.describe(await read(signed.artifact))
    expect([title, summary]).toEqual(['web 1.2.0+build.5', 'A web server'])
    expect(Object.fromEntries(fields.map(({ label, value }) => [label, value]))).toEqual({
      Chart: 'web',
      Version: '1.2.0+build.5',
      'App version': '2.0',
      'API version': 'v2',
      Icon: 'https://example.test/icon.svg',
      Created: '2023-11-14T22:13:20Z',
      Provenance: true,
    })
  })

  test('values are compared member by member', async () => {
    const whole = async (values: string): Promise<HelmChart> =>
      (await helm.readWhole!(await packedChart({ 'values.yaml': values }), context)) as HelmChart
    const from = await whole('a: {b: 1, list: [1, 2]}\ngone: x\n"odd key": 1\n')
    const to = await whole('a: {b: 2, list: [1]}\nnew: {}\n"odd key": 2\n')
    expect([...(await helm.diff!(from, to))]).toEqual([
      { path: 'values.a.b', op: '~', from: 1, to: 2 },
      { path: 'values.a.list[1]', op: '-', from: 2 },
      { path: 'values.gone', op: '-', from: 'x' },
      { path: 'values["odd key"]', op: '~', from: 1, to: 2 },
      { path: 'values.new', op: '+', to: {} },
    ])
  })
})

describe('archives that are refused whole, the target untouched', () => {
  const good: TarFile = { path: 'web/Chart.yaml', content: webYaml }
  const bad: Readonly<Record<string, { readonly files: readonly TarFile[]; readonly code: string }>> = {
    'T1 a path that climbs': { files: [{ path: 'web/../../x' }], code: 'ARCHIVE_UNSAFE' },
    'T1 an absolute path': { files: [{ path: '//etc/passwd' }], code: 'ARCHIVE_UNSAFE' },
    'T2 a link': { files: [{ path: 'web/x', type: 'link', target: '/etc/passwd' }], code: 'ARCHIVE_UNSAFE' },
    'T3 a hard link': {
      files: [{ path: 'web/x', type: 'hardlink', target: 'web/Chart.yaml' }],
      code: 'ARCHIVE_UNSAFE',
    },
    'a device': { files: [{ path: 'web/x', type: 'character' }], code: 'ARCHIVE_UNSAFE' },
    'T40 a path twice': {
      files: [{ path: 'web/Chart.yaml', content: 'name: evil' }],
      code: 'ARCHIVE_UNSAFE',
    },
    'one path below two folders': {
      files: [{ path: 'evil/Chart.yaml', content: 'name: evil' }],
      code: 'ARCHIVE_UNSAFE',
    },
    'T51 two paths that differ in case': {
      files: [{ path: 'web/values.yaml' }, { path: 'web/VALUES.yaml' }],
      code: 'ARCHIVE_UNSAFE',
    },
    'T51 two folders that differ in case': {
      files: [{ path: 'web/a/x' }, { path: 'web/A/y' }],
      code: 'ARCHIVE_UNSAFE',
    },
    'a file that is a folder, too': {
      files: [{ path: 'web/a' }, { path: 'web/a/b' }],
      code: 'ARCHIVE_UNSAFE',
    },
    'T11 a path of a thousand folders': {
      files: [{ path: `web/${'a/'.repeat(1000)}b` }],
      code: 'LIMIT_EXCEEDED',
    },
    'T11 a file above 5 MiB': {
      files: [{ path: 'web/x', content: 'x'.repeat(5 * 1024 * 1024 + 1) }],
      code: 'LIMIT_EXCEEDED',
    },
    'T11 100 MiB in files of 5 MiB': {
      files: Array.from({ length: 20 }, (_, at) => ({
        path: `web/${at}`,
        content: ' '.repeat(5 * 1024 * 1024),
      })),
      code: 'LIMIT_EXCEEDED',
    },
  }
  test.each(Object.entries(bad))('%s', async (_name, { files, code }) => {
    const bytes = await tgz([good, ...files])
    await expect(pack(memoryFile('web.tgz', bytes))).toFailWith(code)
    const artifact = await artifactOf({
      config: { mediaType: configType, open: opened('{"name":"web","version":"1.0.0"}') },
      layers: [{ mediaType: chartType, digest: digestOf(bytes), size: bytes.length, open: opened(bytes) }],
    })
    const target = memoryTarget()
    await expect(helm.unpack!(artifact, target, context)).toFailWith(code)
    expect(target.entries.size).toBe(0)
  })

  test('charts in charts in charts', async () => {
    let bytes = await tgz([good])
    for (let depth = 0; depth < 12; depth += 1) {
      const content = Buffer.from(bytes).toString('latin1')
      bytes = await nested(content)
    }
    await expect(pack(memoryFile('web.tgz', bytes))).toFailWith('LIMIT_EXCEEDED')
  })

  async function nested(content: string): Promise<Uint8Array> {
    const inner = Buffer.from(content, 'latin1')
    const source = memorySource({ 'Chart.yaml': webYaml, 'charts/web.tgz': inner })
    const files = [
      { path: 'web/Chart.yaml', bytes: bytesOf(webYaml) },
      { path: 'web/charts/web.tgz', bytes: await readAll(source.open('charts/web.tgz')) },
    ]
    return rawTgz(files)
  }
})

async function rawTgz(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<Uint8Array> {
  const { writeTar, compressed } = await import('@ocish/archive')
  const entries = files.map(({ path, bytes }) => ({
    path,
    type: 'file' as const,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: bytes.length,
    open: opened(bytes),
  }))
  return readAll(compressed(writeTar(entries), 'gzip'))
}

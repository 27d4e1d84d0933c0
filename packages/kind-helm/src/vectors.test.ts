import { digestOf, type Descriptor } from '@ocish/sdk'
import { bytesOf, memorySource, readAll } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import vectors from '../fixtures/helm.json' with { type: 'json' }
import { manifestAnnotations } from './annotations.ts'
import { chartPath } from './chart-path.ts'
import { readChartYaml } from './chart-yaml.ts'
import { loadChart } from './chart.ts'
import { checkMetadata, violations } from './check-metadata.ts'
import { chartType, configType, provenanceType } from './constants.ts'
import { encodeConfig } from './encode-metadata.ts'
import { parseHelmIgnore } from './helm-ignore.ts'
import { lockDigest } from './lock.ts'
import { encodeHelmManifest } from './manifest-bytes.ts'
import type { Dependency, Metadata } from './metadata.ts'
import { readFolder } from './read-folder.ts'
import { writeChartTar } from './write-archive.ts'

function describeBytes(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}

function manifestOf(metadata: Metadata, layers: readonly Descriptor[], created: string): Uint8Array {
  const valid = checkMetadata(metadata)
  const config = describeBytes(configType, encodeConfig(valid))
  return encodeHelmManifest(config, layers, manifestAnnotations(valid, created))
}

const chartBytes = describeBytes(chartType, bytesOf('chart'))

describe('golden digests (specs/helm.md §26)', () => {
  test("V1 Helm's own manifest, provenance first", () => {
    const metadata = {
      name: 'signtest',
      version: '0.1.0',
      description: 'A Helm chart for Kubernetes',
      apiVersion: 'v1',
    }
    expect(digestOf(encodeConfig(metadata))).toBe(
      'sha256:8d17cb6bf6ccd8c29aace9a658495cbd5e2e87fc267876e86117c7db681c9580',
    )
    const chart = {
      mediaType: chartType,
      digest: 'sha256:e5ef611620fb97704d8751c16bab17fedb68883bfb0edc76f78a70e9173f9b55',
      size: 973,
    }
    const prov = {
      mediaType: provenanceType,
      digest: 'sha256:b0a02b7412f78ae93324d48df8fcc316d8482e5ad7827b5b238657a29a22f256',
      size: 695,
    }
    const manifest = manifestOf(metadata, [chart, prov], '1977-09-02T22:04:05Z')
    expect(manifest.length).toBe(742)
    expect(digestOf(manifest)).toBe('sha256:fbbade96da6050f68f94f122881e3b80051a18f13ab5f4081868dd494538f5c2')
  })

  test('V2 annotations of the chart win but for title and version', () => {
    const prefix = 'org.opencontainers.image.'
    const { metadata } = readChartYaml(
      bytesOf(`apiVersion: v2
name: mychart
version: 1.2.3+build.5
description: a <b> & c
home: https://example.test/h
sources: [https://example.test/s1, https://example.test/s2]
maintainers:
- {name: Ann, email: ann@example.test}
- {email: only@example.test}
- {name: Bob}
appVersion: "1.10"
annotations:
  ${prefix}title: evil
  ${prefix}version: 9.9.9
  ${prefix}licenses: Apache-2.0
  ${prefix}created: "2000-01-01T00:00:00Z"
  Z.key: z
  a.key: a
`),
    )
    const config = encodeConfig(metadata)
    expect([config.length, digestOf(config)]).toEqual([
      552,
      'sha256:6352100e8812636045753eeb7adbe6aa45b5a4b18af9197ad38ac62b6b642afb',
    ])
    const manifest = manifestOf(metadata, [chartBytes], '2024-01-02T03:04:05Z')
    expect([manifest.length, digestOf(manifest)]).toEqual([
      860,
      'sha256:1d6509b86caa26ee3aa1e281b2fa718a6bebee407228d2b6b17df738664fe7f1',
    ])
    const prov = describeBytes(provenanceType, bytesOf('prov'))
    const signed = manifestOf(metadata, [chartBytes, prov], '2024-01-02T03:04:05Z')
    expect([signed.length, digestOf(signed)]).toEqual([
      1019,
      'sha256:b61b3f9e8000c357c01de8af081d5d92fed8b6baae9c4034098c7cf015bfa88a',
    ])
  })

  test('V3 a blank description is kept in the configuration and left out of the annotations', () => {
    const { metadata } = readChartYaml(
      bytesOf('apiVersion: v2\nname: min\nversion: 0.1.0\ndescription: "  "\n'),
    )
    expect(digestOf(encodeConfig(metadata))).toBe(
      'sha256:aa8d7b221778777e5038c1e10e072baec918b06e80923f8ad22ca774105322b0',
    )
    const manifest = manifestOf(metadata, [chartBytes], '2024-01-02T03:04:05+02:00')
    expect([manifest.length, digestOf(manifest)]).toEqual([
      510,
      'sha256:16305fff7f1d4dcd4c7c6d611cec7ef8fcc1f62094c583975debfaf0c1efcd32',
    ])
  })

  test('V6 the tar of a folder, as Helm writes it', async () => {
    const source = memorySource({
      'Chart.yaml':
        'name: vec\nversion: 0.1.0+b1\napiVersion: v2\ndescription: a <b> & c\ntype: application\nappVersion: 1.16.0\nannotations: {b: "2", a: "1"}\n',
      'Chart.lock':
        'digest: sha256:00\ngenerated: "2024-01-02T03:04:05Z"\ndependencies:\n- name: sub\n  repository: oci://r/x\n  version: 1.0.0\n',
      'values.yaml': 'a: 1 # keep\n',
      'values.schema.json': '{}\n',
      'templates/cm.yaml': 'kind: ConfigMap\n',
      '.helmignore': '*.tmp\n',
      'README.md': '# hi\n',
      'left-out.tmp': 'x',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
    })
    const chart = await loadChart(await readFolder(source))
    const mtime = Date.parse('2024-01-02T03:04:05Z') / 1000
    const tar = await readAll(writeChartTar(chart, { mtime, rewritten: false, compat: true }))
    expect([tar.length, digestOf(tar)]).toEqual([
      9216,
      'sha256:31b50baf8b297b6b08410f64e9e7c39b43df2b7c743eabe3a2b68ebb47c5edea',
    ])
  })

  test('V8 digests of locks', () => {
    const alpine = { name: 'alpine', version: '0.1.0', repository: 'http://localhost:8879/charts' }
    expect(lockDigest([alpine], [alpine])).toBe(
      'sha256:fb239e836325c5fa14b29d1540a13b7d3ba13151b67fe719f820e0ef6d66aaaf',
    )
    const repository = 'oci://r.example/charts'
    const locked = [{ name: 'sub', version: '1.2.3', repository, digest: 'sha256:00' }]
    expect(lockDigest([{ name: 'sub', version: '^1.0.0', repository }], locked)).toBe(
      'sha256:904047bb14ea494640ed87b57d95c98fe217db2ba7bbabfe1588bf6ea40ba571',
    )
    const full: Dependency = {
      name: 'sub',
      version: '>=1 <2',
      repository,
      condition: 'sub.enabled',
      tags: ['a'],
      'import-values': [{ child: 'c', parent: 'p' }],
      alias: 's',
    }
    expect(lockDigest([full], locked)).toBe(
      'sha256:2261ce1c7331b1e316d9e23c2f8eec7fc28cb09207f2ba89641c9c17146518ac',
    )
  })
})

describe('V4 what Helm refuses of a Chart.yaml', () => {
  const cases = vectors.charts.flatMap((one, at) => (one.undecodable === true ? [] : [[at, one] as const]))
  test.each(cases)('case %i', (_at, { source, refused }) => {
    const found = [...violations(readChartYaml(bytesOf(source)).metadata)]
    if (refused === undefined) expect(found).toEqual([])
    else expect(found).toHaveLength(1)
  })
})

describe('V10 names in archives', () => {
  const refused = [
    '../../x',
    '/foo/../../x',
    '/../../x',
    './../../x',
    './.',
    '/./.',
    'missing-leading-slash',
    '//foo',
    '///foo',
    String.raw`\\foo`,
    String.raw`\\?\Some\windows`,
    String.raw`\..\..\foo`,
    String.raw`\.\c:\\foo`,
    '/./c://foo',
  ]
  test.each(refused)('%j is refused', (name) => {
    expect(() => chartPath(name)).toFailWith('ARCHIVE_UNSAFE')
  })

  test.each(['/Chart.yaml', String.raw`c:\Chart.yaml`, 'a/Chart.yaml', './Chart.yaml'])(
    '%j is Chart.yaml',
    (name) => {
      expect(chartPath(name)).toBe('Chart.yaml')
    },
  )

  test.each(['/missing-leading-slash', 'files/whatever.yaml'])('%j alone is no chart', async (name) => {
    await expect(loadChart([{ path: chartPath(name), bytes: bytesOf('') }])).toFailWith('KIND_INPUT_INVALID')
  })
})

describe('V11 .helmignore', () => {
  test.each(vectors.helmignore)('$rules on $path', ({ rules, path, isDir, expect: expected }) => {
    const ask = (): boolean => parseHelmIgnore(rules).ignores(path, isDir)
    if (expected === 'error') expect(ask).toFailWith('KIND_INPUT_INVALID')
    else expect(ask()).toBe(expected)
  })
})

import { gunzipSync, gzipSync } from 'node:zlib'
import { OcishError, type Artifact, type Finding, type Source } from '@ocish/sdk'
import { artifactOf, kindContext, memoryFile, memorySource, opened } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { chartType, configType } from './constants.ts'
import { chartFolder, packedChart, signedChart, tgz, webYaml } from './charts.test-kit.ts'
import { validateChart } from './validate.ts'

const context = kindContext()
const findings = (input: Artifact | Source): Promise<Finding[]> =>
  Array.fromAsync(validateChart(input, context))
const brief = async (input: Artifact | Source): Promise<string[]> =>
  (await findings(input)).map(({ severity, code, path, line }) => `${severity} ${code} ${path}:${line ?? ''}`)

test('a good chart has none', async () => {
  expect(await brief(chartFolder())).toEqual([])
  expect(await brief(await packedChart())).toEqual([])
  expect(await brief((await signedChart()).source)).toEqual([])
})

test('version: 1.10 is a finding with line and hint', async () => {
  const yaml = '# a chart\napiVersion: v2\nname: web\nversion: 1.10\nicon: https://a.test/i\n'
  expect(await findings(chartFolder({ 'Chart.yaml': yaml }))).toEqual([
    {
      severity: 'error',
      code: 'HELM_NOT_TEXT',
      path: 'Chart.yaml',
      line: 4,
      message: 'version: 1.10 is a number, not text, and is read as 1.1',
      hint: 'Write version: "1.10".',
    },
    {
      severity: 'warning',
      code: 'HELM_VERSION_LOOSE',
      path: 'Chart.yaml',
      line: 4,
      message: 'Helm does not list the version 1.1',
      hint: 'Write three numbers without v, as 1.2.3.',
    },
  ])
})

test('all findings, not the first', async () => {
  const yaml = `apiVersion: v1
name: y
Version: v1.2.3
type: plugin
versoin: 1
name: web_Site
maintainers:
- {email: nobody}
- {name: A, url: none}
sources: [here]
dependencies:
- {name: a, version: "==1", repository: "http://x"}
- {name: b, alias: a, repository: "oci://x"}
`
  const found = await brief(
    memorySource(
      { 'Chart.yaml': yaml, 'values.yaml': 'a: 1\nb: 2\na: 3\n', '.helmignore': 'x\n!*.md\n!Chart.yaml\n' },
      'site',
    ),
  )
  expect(found).toEqual([
    'warning HELM_IGNORE_NEGATED .helmignore:2',
    'warning HELM_IGNORE_NEGATED .helmignore:3',
    'warning HELM_FOLDER_NAME Chart.yaml:',
    'error KIND_INPUT_INVALID :',
  ])
  expect(
    await brief(memorySource({ 'Chart.yaml': yaml, 'values.yaml': 'a: 1\nb: 2\na: 3\n' }, 'web_Site')),
  ).toEqual([
    'error HELM_METADATA_INVALID Chart.yaml:4',
    'error HELM_METADATA_INVALID Chart.yaml:12',
    'warning HELM_KEY_TWICE Chart.yaml:6',
    'warning HELM_UNKNOWN_MEMBER Chart.yaml:5',
    'error HELM_NAME_NOT_OCI Chart.yaml:6',
    'warning HELM_VERSION_LOOSE Chart.yaml:3',
    'error HELM_MAINTAINER_NO_NAME Chart.yaml:8',
    'error HELM_EMAIL_INVALID Chart.yaml:8',
    'error HELM_URL_INVALID Chart.yaml:8',
    'error HELM_URL_INVALID Chart.yaml:10',
    'info HELM_NO_ICON Chart.yaml:',
    'error HELM_NOT_IN_V1 Chart.yaml:4',
    'error HELM_NOT_IN_V1 Chart.yaml:12',
    'error HELM_CONSTRAINT_INVALID Chart.yaml:12',
    'warning HELM_PLAIN_HTTP Chart.yaml:12',
    'warning HELM_KEY_TWICE values.yaml:3',
    'error HELM_DEPENDENCY_MISSING Chart.yaml:',
    'error HELM_DEPENDENCY_MISSING Chart.yaml:',
  ])
})

describe('what is too much', () => {
  test('T11 a Chart.yaml of 1 GiB is not read', async () => {
    const folder = chartFolder()
    const size = 2 ** 30
    const source: Source = {
      ...folder,
      stat: async (path) => (path === 'Chart.yaml' ? { path, kind: 'file', size } : folder.stat(path)),
      open: (path) => {
        if (path === 'Chart.yaml') throw new Error('it was opened')
        return folder.open(path)
      },
    }
    expect(await brief(source)).toEqual(['error LIMIT_EXCEEDED Chart.yaml:'])
  })

  test('T11 an archive with a Chart.yaml of 1 GiB is named with its entry and a hint', async () => {
    const header = await tgz([{ path: 'web/Chart.yaml', content: 'x' }])
    const tar = gunzipSync(header)
    tar.write('10000000000', 124, 'latin1')
    tar.fill(' ', 148, 156)
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0)
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    expect(await findings(memoryFile('web.tgz', gzipSync(tar)))).toEqual([
      {
        severity: 'error',
        code: 'LIMIT_EXCEEDED',
        path: 'web/Chart.yaml',
        message: expect.stringContaining('web/Chart.yaml'),
        hint: 'Leave out what the chart does not need.',
      },
    ])
  })

  test('T11 a folder whose Chart.yaml grew is packed by nobody', async () => {
    const folder = chartFolder({ 'Chart.yaml': `${webYaml}#${'x'.repeat(1024 * 1024)}` })
    expect(await brief(folder)).toEqual(['error LIMIT_EXCEEDED Chart.yaml:'])
  })

  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map(
      (name, at) =>
        `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[at]}`).join(',')}]`,
    )
    .join('\n')}\n`

  test('aliases that stand for ten billion values', async () => {
    expect(await brief(chartFolder({ 'Chart.yaml': `${webYaml}${bomb}` }))).toEqual([
      'error LIMIT_EXCEEDED Chart.yaml:12',
    ])
    expect(await brief(chartFolder({ 'values.yaml': bomb }))).toEqual(['error LIMIT_EXCEEDED values.yaml:6'])
  })

  test.each(['[', '{a: ', '- '])('half a mebibyte of %j', async (piece) => {
    const yaml = piece.repeat(2 ** 19 / piece.length)
    const found = await brief(chartFolder({ 'values.yaml': yaml }))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^error (?:LIMIT_EXCEEDED|KIND_INPUT_INVALID) values\.yaml:/)
  })
})

describe('what is published', () => {
  test('the configuration, the annotations, the tag and the chart disagree', async () => {
    const bytes = await tgz([{ path: 'web/Chart.yaml', content: webYaml }])
    const artifact = await artifactOf({
      config: { mediaType: configType, open: opened('{"name":"web","version":"9.0.0","apiVersion":"v2"}') },
      layers: [{ mediaType: chartType, open: opened(bytes) }],
      annotations: { 'org.opencontainers.image.title': 'evil' },
    })
    expect(await brief({ ...artifact, ref: 'ghcr.io/acme/web:1.2.0' })).toEqual([
      'warning HELM_ANNOTATION_MISMATCH manifest:',
      'warning HELM_TAG_MISMATCH manifest:',
      'warning HELM_CONFIG_MISMATCH config:',
      'warning HELM_CONFIG_MISMATCH config:',
      'warning HELM_CONFIG_MISMATCH config:',
      'warning HELM_CONFIG_MISMATCH config:',
    ])
  })

  test('an archive nobody should extract', async () => {
    const bytes = await tgz([{ path: 'web/../../x', content: '' }])
    expect(await brief(memoryFile('web.tgz', bytes))).toEqual(['error ARCHIVE_UNSAFE web/../../x:'])
  })

  test('what is not about the chart is an error', async () => {
    const artifact = await packedChart()
    const open = (): never => {
      throw new OcishError('NETWORK_FAILED', 'gone')
    }
    await expect(findings({ ...artifact, open })).toFailWith('NETWORK_FAILED')
  })
})

import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { digestOf, type Artifact, type KindCommandContext, type Source } from '@ocish/sdk'
import {
  artifactOf,
  describeWith,
  kindContext,
  memoryFile,
  memoryTarget,
  programPath,
  temporaryFolder,
  type KindContextOptions,
} from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import { readLock } from './lock.ts'
import helm from './index.ts'
import { packChart } from './pack.ts'
import { verifyProvenance } from './provenance.ts'
import { chartFolder, packedChart, signedChart, tgz, webYaml } from './charts.test-kit.ts'

interface Outcome {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly text: string
  readonly exit: number
}

async function run(
  name: string,
  args: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>> = {},
  context: KindCommandContext = kindContext(),
): Promise<Outcome> {
  const command = helm.commands?.find((one) => one.name === name)
  if (command === undefined) throw new TypeError(`no command ${name}`)
  const values: unknown[] = []
  const steps = command.run({ args, flags }, context)
  let step = await steps.next()
  for (; step.done !== true; step = await steps.next()) values.push(step.value)
  const chunks = values.filter((value) => value instanceof Uint8Array)
  return {
    rows: values as Outcome['rows'],
    text: Buffer.concat(chunks).toString(),
    exit: typeof step.value === 'number' ? step.value : 0,
  }
}

const versionOf = (version: string, more = ''): Promise<Artifact> =>
  packedChart({ 'Chart.yaml': `apiVersion: v2\nname: web\nversion: ${version}\nappVersion: "7"\n${more}` })

const base = 'ghcr.io/acme'
const web = {
  [`${base}/web:1.0.0`]: await versionOf('1.0.0'),
  [`${base}/web:1.1.0_b1`]: await versionOf('1.1.0+b1', 'description: Serves\n'),
  [`${base}/web:2.0.0-rc.1`]: await versionOf('2.0.0-rc.1'),
  [`${base}/web:latest`]: await versionOf('1.1.0'),
}
const registry = (more: KindContextOptions = {}): ReturnType<typeof kindContext> =>
  kindContext({ artifacts: { ...web, ...more.artifacts }, ...more })

describe('list, search and versions', () => {
  const image = {
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', open: async function* () {} },
  }

  test('the highest release of each chart; what holds no charts is left out', async () => {
    const artifacts = {
      ...web,
      [`${base}/app:1.0.0`]: await artifactOf({ ...image, layers: [] }),
      [`${base}/notes:latest`]: await versionOf('1.0.0'),
      [`${base}/old:v0.1.0`]: await versionOf('0.1.0', 'deprecated: true\n'),
      'ghcr.io/acme-other/web:1.0.0': await versionOf('1.0.0'),
    }
    const context = kindContext({ artifacts, settings: { repository: base } })
    const { rows } = await run('list', { prefix: `oci://${base}` }, {}, context)
    expect(
      rows.map(({ name, version, appVersion, description, ref, note }) => [
        name,
        version,
        appVersion,
        description,
        ref,
        note,
      ]),
    ).toEqual([
      ['old', 'v0.1.0', '7', '', `${base}/old:v0.1.0`, 'deprecated'],
      ['web', '1.1.0+b1', '7', 'Serves', `${base}/web:1.1.0_b1`, ''],
    ])
    const found = await run('search', { word: 'SERV' }, {}, context)
    expect(found.rows.map(({ name }) => name)).toEqual(['web'])
    const devel = await run('list', {}, { devel: true }, context)
    expect(devel.rows.map(({ version }) => version)).toEqual(['v0.1.0', '2.0.0-rc.1'])
    const old = await run('list', { prefix: `${base}/web` }, { version: '~1.0' }, context)
    expect(old.rows.map(({ version }) => version)).toEqual(['1.0.0'])
  })

  test('versions, highest first; none is exit 3 with the tags', async () => {
    const versions = async (flags: object): Promise<unknown[]> =>
      (await run('versions', { chart: `${base}/web` }, { ...flags }, registry())).rows.map(
        ({ version }) => version,
      )
    expect(await versions({})).toEqual(['1.1.0+b1', '1.0.0'])
    expect(await versions({ devel: true })).toEqual(['2.0.0-rc.1', '1.1.0+b1', '1.0.0'])
    await expect(versions({ version: '^9' })).toFailWith('TAG_NOT_FOUND')
    await expect(versions({ version: 'nonsense' })).toFailWith('USAGE_INVALID_VALUE')
  })

  test('a place is needed', async () => {
    await expect(run('list', {})).toFailWith('USAGE_MISSING_ARGUMENT')
  })
})

describe('show', () => {
  const shown = async (what: string, chart: string, flags = {}): Promise<string> =>
    (await run('show', { what, chart }, flags, registry({ folder: () => chartFolder() }))).text

  test('of a published chart: metadata without its archive', async () => {
    const artifact = web[`${base}/web:1.0.0`]
    const open: Artifact['open'] = (part) => {
      if (part.digest !== artifact.config?.digest) throw new Error('the chart was fetched')
      return artifact.open(part)
    }
    const context = kindContext({ artifacts: { [`${base}/web:1.0.0`]: { ...artifact, open } } })
    const { text } = await run('show', { what: 'chart', chart: `${base}/web` }, { version: '^1' }, context)
    expect(text).toBe('apiVersion: v2\nappVersion: "7"\nname: web\nversion: 1.0.0\n\n')
  })

  test('values, readme, definitions and all', async () => {
    expect(await shown('values', `${base}/web:1.0.0`)).toBe('replicas: 1\nimage: {name: web, tag: "2.0"}\n')
    expect(await shown('readme', './web')).toBe('# Web\n')
    expect(await shown('crds', './web')).toBe('---\nkind: CustomResourceDefinition\n')
    expect(await shown('all', './web')).toContain('\n---\n# Web\n')
    await expect(shown('values', './web', { version: '1.0.0' })).toFailWith('USAGE_CONFLICT')
  })

  test('what is not there', async () => {
    const bytes = await tgz([{ path: 'web/Chart.yaml', content: webYaml }])
    const context = kindContext({ folder: () => memoryFile('web.tgz', bytes) })
    await expect(run('show', { what: 'readme', chart: './web.tgz' }, {}, context)).toFailWith(
      'FILE_NOT_FOUND',
    )
  })
})

const dependent = (more = ''): Source =>
  chartFolder({
    'Chart.yaml': `${webYaml}dependencies:
- {name: web, version: ^1, repository: "oci://${base}"}
- {name: db, version: 1.x, repository: "file://../db"}
${more}`,
    'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.4.0\n',
  })

describe('deps and lock', () => {
  test('deps looks OCI repositories up, and says why not the others', async () => {
    const { rows, exit } = await run('deps', { chart: './web' }, {}, registry({ folder: () => dependent() }))
    expect(rows).toMatchObject([
      { name: 'web', locked: '1.1.0+b1', ref: `${base}/web:1.1.0_b1`, note: '' },
      { name: 'db', digest: '', note: 'is a folder' },
    ])
    expect(exit).toBe(0)
  })

  test('deps with one that is gone: exit 10, with --strict an error', async () => {
    const source = (): Source => dependent(`- {name: gone, version: 1.0.0, repository: "oci://${base}"}\n`)
    const { exit, rows } = await run('deps', { chart: './web' }, {}, registry({ folder: source }))
    expect([exit, rows[2]?.['note']]).toEqual([10, expect.stringContaining('MANIFEST_NOT_FOUND')])
    await expect(run('deps', { chart: './web' }, { strict: true }, registry({ folder: source }))).toFailWith(
      'KIND_DEPENDENCY_MISSING',
    )
  })

  test('lock writes what lock --check and Helm accept', async () => {
    const target = memoryTarget()
    await run(
      'lock',
      { dir: './web', file: './web/Chart.lock' },
      {},
      registry({ folder: () => dependent(), target: () => target }),
    )
    const text = target.text('') ?? ''
    const lock = readLock(new TextEncoder().encode(text))
    const { digest } = web[`${base}/web:1.1.0_b1`].descriptor
    expect(lock.dependencies).toEqual([
      { name: 'web', version: '1.1.0+b1', repository: `oci://${base}`, digest },
      { name: 'db', version: '1.4.0', repository: 'file://../db' },
    ])
    const locked = (lockText: string) => (): Source => {
      const source = dependent()
      const withLock = chartFolder({ 'Chart.lock': lockText })
      return {
        ...source,
        list: async function* (dir) {
          yield* source.list(dir)
          if (dir === '') yield await withLock.stat('Chart.lock')
        },
        open: (path) => (path === 'Chart.lock' ? withLock : source).open(path),
      }
    }
    const check = async (lockText: string): Promise<readonly [number, unknown]> => {
      const { exit, rows } = await run(
        'lock',
        { dir: './web' },
        { check: true },
        registry({ folder: locked(lockText) }),
      )
      return [exit, rows[0]?.['note']]
    }
    expect(await check(text)).toEqual([0, ''])
    expect(await check(text.replace('1.1.0+b1', '1.0.0'))).toEqual([1, 'locked to 1.0.0'])
    expect(await check(text.replace(digest, `sha256:${'0'.repeat(64)}`))).toEqual([
      1,
      `locked to sha256:${'0'.repeat(64)}`,
    ])
    expect(await check(text.replace(/^digest: .*$/m, 'digest: sha256:00'))).toEqual([1, ''])
    expect(await check('dependencies: []\n')).toEqual([1, 'not locked'])
  })

  test('lock needs a place, and every dependency', async () => {
    await expect(run('lock', { dir: './web' }, {}, registry({ folder: () => dependent() }))).toFailWith(
      'USAGE_MISSING_ARGUMENT',
    )
    const context = kindContext({ folder: () => dependent(), target: memoryTarget })
    await expect(run('lock', { dir: './web', file: './l' }, {}, context)).toFailWith(
      'KIND_DEPENDENCY_MISSING',
    )
  })
})

describe('package and push', () => {
  test('package writes an archive that push publishes as it is', async () => {
    const target = memoryTarget()
    const context = kindContext({ folder: () => chartFolder(), target: () => target })
    const { rows } = await run('package', { dir: './web', file: './web.tgz' }, { version: '3.0.0' }, context)
    const entry = target.entries.get('')
    const bytes = entry?.kind === 'file' ? entry.bytes : new Uint8Array()
    expect(rows).toEqual([{ name: 'web', version: '3.0.0', file: './web.tgz', size: bytes.length }])
    const artifact = await artifactOf(await packChart(memoryFile('web.tgz', bytes), kindContext()))
    expect(artifact.layers[0]?.digest).toBe(digestOf(bytes))
  })

  test.each([
    [`oci://${base}`, `${base}/web:1.2.0_build.5`],
    [`${base}/web/`, `${base}/web:1.2.0_build.5`],
  ])('push to %s', async (prefix, ref) => {
    const { rows } = await run(
      'push',
      { src: './web', prefix },
      {},
      kindContext({ folder: () => chartFolder() }),
    )
    expect(rows).toMatchObject([{ name: 'web', version: '1.2.0+build.5', ref }])
  })

  test('push --if-not-exists leaves a tag alone', async () => {
    const push = (version: string): Promise<Outcome> =>
      run(
        'push',
        { src: './web', prefix: base },
        { version, 'if-not-exists': true },
        registry({ folder: () => chartFolder() }),
      )
    await expect(push('1.0.0')).toFailWith('TAG_EXISTS')
    expect((await push('5.0.0')).rows).toHaveLength(1)
  })
})

test('diff: exit 1 and what changed; --values shows only values', async () => {
  const context = registry({
    folder: () => chartFolder({ 'values.yaml': 'replicas: 2\nimage: {name: web, tag: "2.0"}\n' }),
  })
  const { rows, exit } = await run('diff', { a: `${base}/web:1.0.0`, b: './web' }, { values: true }, context)
  expect([exit, rows]).toEqual([1, [{ path: 'values.replicas', op: '~', from: 1, to: 2 }]])
  expect((await run('diff', { a: `${base}/web:1.0.0`, b: `${base}/web:1.0.0` }, {}, context)).exit).toBe(0)
})

describe('verify', async () => {
  const signed = await signedChart()
  const context = (keyring: Uint8Array, artifact = signed.artifact): KindCommandContext =>
    kindContext({
      anyArtifact: artifact,
      folder: (parameter) => (parameter === 'keyring' ? memoryFile('k.gpg', keyring) : signed.source),
    })
  const reference = { chart: 'ghcr.io/acme/web:1.2.0_build.5' }

  test('a published chart and an archive', async () => {
    for (const args of [reference, { chart: './web-1.2.0+build.5.tgz' }]) {
      const { rows } = await run('verify', args, { keyring: './k.gpg' }, context(signed.keyring))
      expect(rows).toMatchObject([
        { name: 'web-1.2.0+build.5.tgz', signer: 'Ann <ann@example.test>', note: '' },
      ])
      expect(rows[0]?.['fingerprint']).toMatch(/^[0-9A-F]{40}$/)
    }
  })

  test('a key that did not sign, a changed text, another archive', async () => {
    const stranger = await signedChart()
    await expect(run('verify', reference, { keyring: 'k' }, context(stranger.keyring))).toFailWith(
      'SIGNATURE_INVALID',
    )
    const provenance = new TextEncoder().encode(signed.provenance)
    const tampered = new TextEncoder().encode(signed.provenance.replace('A web server', 'A Web server'))
    const archive = { name: 'web-1.2.0+build.5.tgz', digest: `sha256:${'0'.repeat(64)}` }
    await expect(verifyProvenance(tampered, archive, signed.keyring)).toFailWith('SIGNATURE_INVALID')
    await expect(verifyProvenance(provenance, archive, signed.keyring)).toFailWith('DIGEST_MISMATCH')
    await expect(verifyProvenance(provenance, { ...archive, name: 'x' }, signed.keyring)).toFailWith(
      'DIGEST_MISMATCH',
    )
  })

  test('pull --verify writes what is vouched for, and nothing else', async () => {
    const pull = async (
      options: Readonly<Record<string, unknown>>,
      keys = signed.keyring,
      artifact = signed.artifact,
    ): Promise<readonly string[]> => {
      const target = memoryTarget()
      const given = kindContext({ options, file: () => memoryFile('k.gpg', keys) })
      try {
        await helm.unpack!(artifact, target, given)
      } catch (error) {
        expect(target.entries.size).toBe(0)
        throw error
      }
      return [...target.entries.keys()]
    }
    expect(await pull({ verify: true, keyring: 'k.gpg' })).toContain('Chart.yaml')
    expect(await pull({ verify: true, keyring: 'k.gpg', archive: true })).toEqual(['web-1.2.0+build.5.tgz'])
    const { keyring } = await signedChart()
    await expect(pull({ verify: true, keyring: 'k.gpg' }, keyring)).toFailWith('SIGNATURE_INVALID')
    await expect(pull({ verify: true, keyring: 'k.gpg' }, keyring, await packedChart())).toFailWith(
      'FILE_NOT_FOUND',
    )
    await expect(pull({ verify: true })).toFailWith('USAGE_MISSING_ARGUMENT')
    await expect(pull({ keyring: 'k.gpg' })).toFailWith('USAGE_CONFLICT')
  })

  test('an archive that was renamed since is named as it was signed', async () => {
    const chart = signed.artifact.layers.find(({ mediaType }) => mediaType.includes('content'))!
    const found = await verifyProvenance(
      new TextEncoder().encode(signed.provenance),
      { name: 'other-1.2.0.tgz', digest: chart.digest },
      signed.keyring,
    )
    expect(found.file).toBe('web-1.2.0+build.5.tgz')
  })

  test('no keyring, no provenance, and what is neither', async () => {
    await expect(run('verify', reference, {}, context(signed.keyring))).toFailWith('USAGE_MISSING_ARGUMENT')
    const unsigned = context(signed.keyring, await packedChart())
    await expect(run('verify', reference, { keyring: 'k' }, unsigned)).toFailWith('FILE_NOT_FOUND')
    const nothing = new TextEncoder().encode('no keys')
    await expect(run('verify', reference, { keyring: 'k' }, context(nothing))).toFailWith(
      'KIND_INPUT_INVALID',
    )
    const archive = { name: 'a', digest: 'b' }
    await expect(verifyProvenance(nothing, archive, signed.keyring)).toFailWith('KIND_INPUT_INVALID')
  })
})

describeWith(['gpg'], 'provenance signed by gpg', () => {
  test('is verified with an exported keyring', async () => {
    await using folder = await temporaryFolder()
    const gpg = (...args: string[]): Buffer => {
      const all = [
        '--homedir',
        folder.path,
        '--batch',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...args,
      ]
      const { status, stdout, stderr } = spawnSync(programPath('gpg'), all)
      if (status !== 0) throw new Error(stderr.toString())
      return stdout
    }
    gpg('--quick-generate-key', 'Bob <bob@example.test>', 'rsa2048', 'sign', 'never')
    const digest = `sha256:${'a'.repeat(64)}`
    await writeFile(folder.join('text'), `${webYaml}\n...\nfiles:\n  web-1.tgz: ${digest}\n`)
    gpg('--digest-algo', 'SHA512', '--output', folder.join('prov'), '--clearsign', folder.join('text'))
    const keyring = gpg('--export')
    const found = await verifyProvenance(
      await readFile(folder.join('prov')),
      { name: 'web-1.tgz', digest },
      keyring,
    )
    expect(found.signers).toEqual(['Bob <bob@example.test>'])
  })
})

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { digestOf } from '@ocish/sdk'
import {
  findProgram,
  embeddedRegistry,
  programPath,
  runOcish,
  temporaryFolder,
  type EmbeddedRegistry,
  type OcishRun,
  type TemporaryFolder,
} from '@ocish/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signedArchive, tgz, webYaml } from './charts.test-kit.ts'

let registry: EmbeddedRegistry
let folder: TemporaryFolder
beforeAll(async () => {
  registry = await embeddedRegistry()
  folder = await temporaryFolder()
  await mkdir(folder.join('web/templates'), { recursive: true })
  await writeFile(
    folder.join('web/Chart.yaml'),
    'apiVersion: v2\nname: web\nversion: 1.2.0+b5\ndescription: Serves\n',
  )
  await writeFile(folder.join('web/values.yaml'), 'replicas: 1\n')
  await writeFile(folder.join('web/templates/d.yaml'), 'kind: Deployment\n')
})
afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await folder.remove()
})

/** `HOST` in a line is the registry. */
function run(line: string): Promise<OcishRun> {
  const words = line.replaceAll('HOST', registry.host).split(' ')
  return runOcish(words, { cwd: folder.path, env: { HOME: folder.path } })
}

async function answer(line: string): Promise<string> {
  const { code, stdout, stderr } = await run(line)
  expect({ line, code, stderr }).toEqual({ line, code: 0, stderr })
  return stdout
}

describe('a chart folder, through the program', () => {
  test('push, describe, ls, cat, show, versions, list and pull', async () => {
    expect(await answer('push ./web HOST/charts/web')).toContain('1.2.0_b5')
    expect(await answer('helm push ./web HOST/charts --version 2.0.0-rc.1')).toContain(
      'charts/web:2.0.0-rc.1',
    )
    expect(await answer('describe HOST/charts/web:1.2.0_b5')).toContain('web 1.2.0+b5')
    expect(await answer('ls HOST/charts/web:1.2.0_b5//')).toContain('templates')
    expect(await answer('cat HOST/charts/web:1.2.0_b5//values.yaml')).toBe('replicas: 1\n')
    expect(await answer('helm show values HOST/charts/web --version ^1')).toBe('replicas: 1\n')
    expect((await answer('helm versions HOST/charts/web --devel')).trim().split('\n')).toHaveLength(2)
    expect(await answer('helm list HOST/charts')).toContain('Serves')
    await answer('pull HOST/charts/web:1.2.0_b5 ./out --unpack')
    expect(await readFile(folder.join('out/templates/d.yaml'), 'utf8')).toBe('kind: Deployment\n')
    await answer('pull HOST/charts/web:1.2.0_b5 ./archive --archive')
    await answer('push ./archive/web-1.2.0+b5.tgz HOST/charts/again')
    expect(await answer('helm diff HOST/charts/web:1.2.0_b5 HOST/charts/again:1.2.0_b5')).toBe('')
  })

  test('no version that fits: exit 3, and the tags that are there', async () => {
    const { code, stderr } = await run('helm show chart HOST/charts/web --version ^9')
    expect([code, stderr.includes('1.2.0_b5')]).toEqual([3, true])
  })

  test('a Chart.yaml with traps: exit 1 and the line', async () => {
    await mkdir(folder.join('trap'))
    await writeFile(folder.join('trap/Chart.yaml'), 'apiVersion: v2\nname: trap\nversion: 1.10\n')
    const { code, stdout } = await run('validate ./trap')
    expect(code).toBe(1)
    expect(stdout).toMatch(/HELM_NOT_TEXT\s+Chart\.yaml\s+3\s/)
  })

  test('pull --verify and helm verify: the chart that was signed, by whom; another key, another archive, nothing written', async () => {
    const { file, bytes, provenance, keyring } = await signedArchive()
    await mkdir(folder.join('signed'))
    await writeFile(folder.join('signed', file), bytes)
    await writeFile(folder.join('signed', `${file}.prov`), provenance)
    await writeFile(folder.join('ours.gpg'), keyring)
    await writeFile(folder.join('theirs.gpg'), (await signedArchive()).keyring)
    const ref = 'HOST/signed/web:1.2.0_build.5'
    await answer(`push ./signed/${file} HOST/signed/web`)
    await answer(`pull ${ref} ./verified --verify --keyring ours.gpg --unpack`)
    expect(await readFile(folder.join('verified/values.yaml'), 'utf8')).toBe('replicas: 1\n')
    const [row] = JSON.parse(await answer(`helm verify ${ref} --keyring ours.gpg -o json`)) as object[]
    expect(row).toMatchObject({ name: file, signer: 'Ann <ann@example.test>', digest: digestOf(bytes) })

    const stranger = await run(`pull ${ref} ./stranger --verify --keyring theirs.gpg --unpack --errors json`)
    expect([stranger.code, JSON.parse(stranger.stderr)]).toMatchObject([7, { code: 'SIGNATURE_INVALID' }])
    await writeFile(folder.join('signed', file), await tgz([{ path: 'web/Chart.yaml', content: webYaml }]))
    await answer(`push ./signed/${file} HOST/forged/web`)
    const forged = await run(
      'pull HOST/forged/web:1.2.0_build.5 ./forged --verify --keyring ours.gpg --errors json',
    )
    expect([forged.code, JSON.parse(forged.stderr)]).toMatchObject([7, { code: 'DIGEST_MISMATCH' }])
    expect(['stranger', 'forged'].map((name) => existsSync(folder.join(name)))).toEqual([false, false])
  })

  test('another .tgz is a plain file', async () => {
    await writeFile(folder.join('plain.tgz'), 'x')
    const { code, stderr } = await run('push ./plain.tgz HOST/plain:1')
    expect([code, stderr]).toEqual([0, ''])
  })
})

// Debian has no helm; where a user has it, it is asked.
describe.skipIf(findProgram('helm') === undefined)('the helm program agrees', () => {
  test('it reads what we publish, and publishes what we would', async () => {
    const helm = (...args: readonly string[]): string => {
      const env = { ...process.env, TZ: 'UTC', HOME: folder.path }
      const { status, stdout, stderr } = spawnSync(programPath('helm'), args, { cwd: folder.path, env })
      expect({ args, status, stderr: stderr.toString() }).toMatchObject({ args, status: 0 })
      return stdout.toString()
    }
    await answer('push ./web HOST/charts/web')
    const chart = `oci://${registry.host}/charts/web`
    expect(helm('show', 'values', chart, '--version', '1.2.0+b5', '--plain-http')).toContain('replicas: 1\n')
    await answer('helm package ./web ./web-1.2.0+b5.tgz')
    await utimes(folder.join('web-1.2.0+b5.tgz'), 1_700_000_000, 1_700_000_000)
    helm('push', 'web-1.2.0+b5.tgz', `oci://${registry.host}/theirs`, '--plain-http')
    await answer('push ./web-1.2.0+b5.tgz HOST/ours/web')
    expect(await answer('resolve HOST/ours/web:1.2.0_b5')).toContain(
      (await answer('resolve HOST/theirs/web:1.2.0_b5'))
        .trim()
        .split(/\s/)
        .find((word) => word.startsWith('sha256:')),
    )
  })
})

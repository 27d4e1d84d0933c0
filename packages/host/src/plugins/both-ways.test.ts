import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Artifact, type Kind, packageField } from '@ocish/sdk'
import {
  artifactOf,
  bytesOf,
  describeKind,
  type KindCase,
  memoryFile,
  memorySource,
  opened,
} from '@ocish/testing'
import { afterAll } from 'vitest'
import { builtInKinds } from '../kind-table.ts'
import { loadPlugin } from './load-plugin.ts'
import type { PluginProcess } from './plugin-process.ts'
import { remoteKind } from './remote-kind.ts'

/** The conformance suite on built-in kinds that run as a stranger's would: the same contract, in another process. */
const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '')
const running: PluginProcess[] = []
afterAll(() => {
  for (const one of running) one.stop()
})

async function packaged(name: string): Promise<readonly Kind[]> {
  const folder = `packages/${name}`
  const declared = builtInKinds().filter((entry) => entry.package === `@ocish/${name}`)
  const loaded = await loadPlugin({
    name,
    folder: root,
    main: `${folder}/src/index.ts`,
    kinds: declared.map(({ package: _package, load: _load, ...data }) => data),
    nodeFlags: ['-C', 'ocish-source'],
  })
  running.push(loaded.process)
  return loaded.kinds.map((data) => remoteKind(data, async () => loaded.process))
}

const configuration = '{"os":"linux","architecture":"amd64","config":{"Cmd":["x"]}}'
const image = (): Promise<Artifact> =>
  artifactOf({
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', open: opened(configuration) },
    layers: [],
  })
const wasm = (): Promise<Artifact> =>
  artifactOf({ layers: [{ mediaType: 'application/wasm', open: opened(bytesOf('\0asm\u0001\0\0\0')) }] })
const sbom = (): Promise<Artifact> =>
  artifactOf({ layers: [{ mediaType: 'application/spdx+json', open: opened('{"spdxVersion":"SPDX-2.3"}') }] })

const klausPlugin: KindCase = {
  name: 'a plugin',
  source: () =>
    memorySource(
      { '.claude-plugin/plugin.json': '{"name":"base","description":"d"}', 'README.md': '# Base' },
      'base',
    ),
}
const runconfig: KindCase = {
  name: 'a run configuration',
  source: () =>
    memoryFile(
      'runconfig.json',
      '{"schema_version":"v0.1.0","name":"fetch","image":"ghcr.io/a/b:1","transport":"stdio"}',
    ),
}

const suites: readonly (readonly [string, string, KindCase])[] = [
  ['kind-image', 'image', { name: 'an image', artifact: image }],
  ['kind-image', 'wasm', { name: 'a module', artifact: wasm }],
  ['kind-image', 'sbom', { name: 'an SBOM', artifact: sbom }],
  ['kind-klaus', 'klaus-plugin', klausPlugin],
  ['kind-runconfig', 'runconfig', runconfig],
]

const packages = new Map(
  await Promise.all(
    [...new Set(suites.map(([name]) => name))]
      .filter((name) => readdirSync(`${root}/packages`).includes(name))
      .map(async (name) => [name, await packaged(name)] as const),
  ),
)

for (const [name, kindName, given] of suites) {
  const found = packages.get(name)?.find((one) => one.name === kindName)
  // The examples of commands need the lookups of their own tests.
  if (found !== undefined) {
    const { commands: _commands, ...rest } = found
    const kind = Object.freeze(rest)
    describeKind(kind, { packageJson: { ocish: packageField([kind]) }, cases: [given] })
  }
}

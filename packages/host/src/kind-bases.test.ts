import { mkdir, writeFile } from 'node:fs/promises'
import { createMemoryRegistry, type Registry } from '@ocish/core'
import { oci, type Packed, type PackedManifest } from '@ocish/sdk'
import { opened, temporaryFolder } from '@ocish/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHost, type Host } from './host.ts'
import { packedImage } from './plugins/both-ways.test-kit.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let registries: Map<string, Registry>
let host: Host

const config = `[[kinds.klaus.sources]]
name = "team"
registry = "registry.example.com/team/"

[[kinds.klaus.sources]]
name = "other"
registry = "registry.example.com/other"
toolchains = "registry.example.com/images"
`

async function start(text: string): Promise<void> {
  await mkdir(folder.join('state/config'), { recursive: true })
  await writeFile(folder.join('state/config/config.toml'), text)
  host = await createHost({
    cwd: folder.path,
    stateFolder: folder.join('state'),
    connect: async (name) => {
      const registry = registries.get(name) ?? createMemoryRegistry({ name })
      registries.set(name, registry)
      return registry
    },
  })
}

beforeEach(async () => {
  folder = await temporaryFolder()
  registries = new Map()
})

afterEach(async () => {
  await host[Symbol.asyncDispose]()
  await folder.remove()
})

async function kindAt(ref: string, packed: Packed): Promise<string> {
  const place = await host.open(ref, 'write')
  const { signal } = new AbortController()
  await host.services.publish(packed, place, { tags: [ref.split(':').at(-1)!], dryRun: false, signal })
  return (await host.describe(ref)).kind
}

it('an image or index below a toolchain base is a toolchain, without any annotation', async () => {
  await start(config)
  const image = await packedImage({ 'io.giantswarm.klaus.name': 'go' })
  const index: Packed = { index: [{ platform: { os: 'linux', architecture: 'amd64' }, packed: image }] }
  const bases = [
    'gsoci.azurecr.io/giantswarm/klaus-toolchains',
    'registry.example.com/team/klaus-toolchains',
    'registry.example.com/images',
  ]
  for (const base of bases) {
    // oxlint-disable-next-line no-await-in-loop
    expect(await kindAt(`${base}/go:1.0.0`, image)).toBe('klaus-toolchain')
    // oxlint-disable-next-line no-await-in-loop
    expect(await kindAt(`${base}/go:1.1.0`, index)).toBe('klaus-toolchain')
  }
  expect(await kindAt('registry.example.com/team/klaus-toolchains-x/go:1', image)).toBe('image')
  // Its toolchains are elsewhere.
  expect(await kindAt('registry.example.com/other/klaus-toolchains/go:1', image)).toBe('image')
})

it('what lies below a base and says what it is keeps its kind, and a rule of the configuration decides', async () => {
  await start(`${config}
[[match]]
kind = "files"
repository-prefix = "registry.example.com/images/"
`)
  const base = 'registry.example.com/team/klaus-toolchains'
  const part = (mediaType: string, text: string): PackedManifest['layers'][number] => ({
    mediaType,
    open: opened(text),
  })
  const signature = {
    config: part(oci.config, '{}'),
    layers: [part('application/vnd.dev.cosign.simplesigning.v1+json', '{}')],
  }
  expect(await kindAt(`${base}/go:sha256-${'a'.repeat(64)}.sig`, signature)).toBe('signature')
  const plugin = {
    config: part('application/vnd.giantswarm.klaus-plugin.config.v1+json', '{}'),
    layers: [],
  }
  expect(await kindAt(`${base}/plugin:v1.0.0`, plugin)).toBe('klaus-plugin')
  expect(await kindAt('registry.example.com/images/go:1.0.0', await packedImage())).toBe('files')
})

import { join } from 'node:path'
import { createMemoryRegistry, type Registry } from '@ocish/core'
import { type Artifact, docker, oci, type PackedManifest } from '@ocish/sdk'
import { describe as page, type Look } from '@ocish/shell/text'
import { artifactOf, kindContext, opened } from '@ocish/testing'
import { expect, it } from 'vitest'
import { createHost } from './host.ts'
import { builtInKinds } from './kind-table.ts'
import { casesOfKinds } from './plugins/both-ways.test-kit.ts'

/** What `describe` shows of each kind: the kind's fields, and below them those that every artifact has. */
const look: Look = { width: 80, color: false, ascii: false, now: Date.parse('2026-01-01T00:00:00Z') }
const repository = 'team/app'

async function pushed(artifact: Artifact, registry: Registry, tag?: string): Promise<void> {
  for (const child of await artifact.children()) await pushed(child, registry)
  const parts = artifact.config === undefined ? artifact.layers : [artifact.config, ...artifact.layers]
  for (const part of parts) await registry.pushBlob(repository, part, () => artifact.open(part))
  await registry.pushManifest(repository, artifact.bytes, {
    mediaType: artifact.descriptor.mediaType,
    tags: tag === undefined ? [] : [tag],
  })
}

async function frame(artifact: Artifact, as?: string): Promise<string> {
  const registry = createMemoryRegistry()
  await pushed(artifact, registry, '1.0')
  await using host = await createHost({ connect: async () => registry })
  const described = await host.describe(
    `registry.example.com/${repository}:1.0`,
    as === undefined ? {} : { as },
  )
  const { kind, ...description } = described
  return [`== ${kind}`, ...page(description, look), ''].join('\n')
}

it('every kind that comes with the program', async () => {
  const frames: string[] = []
  const kinds = new Map(builtInKinds().map((entry) => [entry.name, entry]))
  for (const [, name, { source, artifact }] of casesOfKinds) {
    const kind = await kinds.get(name)!.load()
    const found =
      artifact === undefined ? await artifactOf(await kind.pack!(source!(), kindContext())) : await artifact()
    frames.push(await frame(found))
  }
  expect(frames.map((text) => text.split('\n', 1)[0])).toEqual(casesOfKinds.map(([, name]) => `== ${name}`))
  await expect(frames.join('\n')).toMatchFileSnapshot(join(import.meta.dirname, 'describe-frames.golden.txt'))
})

const hostile = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egnp.exe\r\nline\u200b\u0008'
const part = (mediaType: string, text: string, title?: string): PackedManifest['layers'][number] => ({
  mediaType,
  open: opened(text),
  ...(title !== undefined && { annotations: { 'org.opencontainers.image.title': title } }),
})
const configuration = JSON.stringify({
  os: hostile,
  architecture: hostile,
  author: hostile,
  config: { Cmd: [hostile], Env: [`A=${hostile}`], Labels: { [hostile]: hostile } },
  history: [{ created_by: hostile }],
})
const chart = JSON.stringify({ name: hostile, version: '1.0.0', description: hostile, home: hostile })
const klaus = {
  'io.giantswarm.klaus.name': hostile,
  'io.giantswarm.klaus.description': hostile,
  'io.giantswarm.klaus.author.name': hostile,
}

it.each<readonly [string, string, PackedManifest]>([
  ['image', 'image', { config: part(oci.config, configuration), layers: [] }],
  ['image', 'docker', { config: part(docker.config, configuration), layers: [] }],
  [
    'files',
    'files',
    { artifactType: 'application/vnd.unknown.artifact.v1', layers: [part('text/plain', 'x', hostile)] },
  ],
  ['helm', 'helm', { config: part('application/vnd.cncf.helm.config.v1+json', chart), layers: [] }],
  ['klaus-toolchain', 'klaus', { config: part(oci.config, configuration), layers: [], annotations: klaus }],
  [
    'sbom',
    'sbom',
    {
      layers: [
        part(
          'application/spdx+json',
          JSON.stringify({
            spdxVersion: 'SPDX-2.3',
            name: hostile,
            creationInfo: { creators: [`Tool: ${hostile}`] },
          }),
        ),
      ],
    },
  ],
  [
    'artifact',
    'unknown',
    { artifactType: 'application/x.none', annotations: { [hostile]: hostile }, layers: [] },
  ],
])('T45 hostile text in %s (%s) is shown and does nothing', async (_kind, _name, packed) => {
  const shown = await frame(await artifactOf(packed))
  // oxlint-disable-next-line no-control-regex
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/)
  expect(shown).toContain('owned')
})

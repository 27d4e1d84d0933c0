import { digestOf, type Artifact, type Kind, type Lookup, type Source } from '@ocish/sdk'
import { artifactOf, describeKind, kindContext, memorySource, memoryTarget } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import vectors from '../fixtures/klaus-oci.json' with { type: 'json' }
import packageJson from '../package.json' with { type: 'json' }
import { resolveDependencies } from './dependencies.ts'
import kinds from './index.ts'
import { resolveWord } from './resolve.ts'
import { klausSource, klausSources } from './sources.ts'

const [plugin, personality, toolchain] = kinds

function pluginFolder(): Source {
  return memorySource(
    {
      '.claude-plugin/plugin.json': '{"name":"gs-base","description":"Base","keywords":["a","b"]}',
      'skills/k8s/SKILL.md': '# K8s\n',
      'hooks/run.sh': { content: '#!/bin/sh\n', mode: 0o755 },
      'linked.md': { link: 'skills/k8s/SKILL.md' },
      '.git/HEAD': 'ref: x\n',
      '.ocishignore': '*.tmp\n',
      'draft.tmp': 'not shipped',
    },
    'gs-base',
  )
}

function personalityFolder(
  yaml = 'name: sre\ndescription: d\ntoolchain:\n  repository: go\nplugins:\n- repository: gs-base\n  tag: 1.10\n',
): Source {
  return memorySource({ 'personality.yaml': yaml, 'SOUL.md': '# Soul\n' }, 'sre')
}

const context = kindContext()
const pack = async (kind: Kind<never>, source: Source, options = {}): Promise<Artifact> =>
  artifactOf(await (kind as Kind).pack!(source, kindContext({ options })))

/** Knows every reference of the examples. */
async function exampleLookup(): Promise<Lookup> {
  const artifact = await pack(plugin as Kind<never>, pluginFolder())
  const published = await pack(personality as Kind<never>, personalityFolder())
  const base = 'gsoci.azurecr.io/giantswarm/klaus-'
  return kindContext({
    artifacts: {
      [`${base}plugins/gs-base:v0.3.1`]: artifact,
      [`${base}plugins/gs-base:1.10`]: artifact,
      [`${base}toolchains/go:1.0.0`]: artifact,
      [`${base}personalities/sre:v1.0.0`]: published,
    },
  }).lookup
}

describeKind(plugin, {
  packageJson,
  lookup: await exampleLookup(),
  cases: [
    {
      name: 'a plugin folder',
      source: pluginFolder,
      unpacked: {
        '.claude-plugin/plugin.json': '{"name":"gs-base","description":"Base","keywords":["a","b"]}',
        'skills/k8s/SKILL.md': '# K8s\n',
        'hooks/run.sh': '#!/bin/sh\n',
      },
    },
    { name: "a plugin folder in klaus-oci's form", source: pluginFolder, options: { compat: true } },
  ],
  refusals: [
    {
      name: 'a folder without plugin.json',
      source: () => memorySource({ a: '' }),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a name that is none',
      source: () => memorySource({ '.claude-plugin/plugin.json': '{"name":"../x"}' }),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a personality',
      artifact: () => pack(personality as Kind<never>, personalityFolder()),
      code: 'KIND_INPUT_INVALID',
    },
  ],
})

describeKind(personality, {
  packageJson,
  lookup: await exampleLookup(),
  cases: [{ name: 'a personality folder', source: () => personalityFolder() }],
  refusals: [
    { name: 'no name', source: () => personalityFolder('description: x'), code: 'KIND_INPUT_INVALID' },
  ],
})

describe('what is shipped', () => {
  test('links, .git and what .ocishignore names stay out, and the notes say which links', async () => {
    const packed = await plugin.pack!(pluginFolder(), context)
    const artifact = await artifactOf(packed)
    const paths: string[] = []
    for await (const entry of plugin.list!(artifact, context)) paths.push(entry.path)
    expect(paths).toEqual([
      '.claude-plugin',
      '.claude-plugin/plugin.json',
      'hooks',
      'hooks/run.sh',
      'skills',
      'skills/k8s',
      'skills/k8s/SKILL.md',
    ])
    expect('notes' in packed ? packed.notes : []).toEqual(['linked.md is a link and was left out'])
  })

  test('the digest is the same whatever the modes and the order of the folder', async () => {
    const artifact = await pack(plugin as Kind<never>, pluginFolder())
    const again = await pack(plugin as Kind<never>, pluginFolder())
    expect(again.descriptor.digest).toBe(artifact.descriptor.digest)
    expect(artifact.artifactType).toBe('application/vnd.giantswarm.klaus-plugin.config.v1+json')
  })

  test('unpacking leaves the marker with the digest, in the form klausctl reads', async () => {
    const artifact = await pack(plugin as Kind<never>, pluginFolder())
    const target = memoryTarget()
    await plugin.unpack!(artifact, target, context)
    const entry = target.entries.get('.oci-cache.json')
    const text = entry?.kind === 'file' ? Buffer.from(entry.bytes).toString() : ''
    expect(JSON.parse(text)).toMatchObject({
      digest: artifact.descriptor.digest,
      configJSON: { skills: ['k8s'], hasHooks: true },
      annotations: { 'io.giantswarm.klaus.name': 'gs-base' },
    })
    expect(text.startsWith('{\n  "digest": "sha256:')).toBe(true)
    expect(text.endsWith('}')).toBe(true)
  })
})

test('a toolchain is described from its annotations, and from its labels when there are none', async () => {
  const config = new TextEncoder().encode(
    '{"config":{"Labels":{"io.giantswarm.klaus.name":"go","io.giantswarm.klaus.description":"Go"}}}',
  )
  const image = (annotations?: Record<string, string>): Promise<Artifact> =>
    artifactOf({
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        open: async function* open() {
          yield config
        },
      },
      layers: [],
      ...(annotations === undefined ? {} : { annotations }),
    })
  const read = async (artifact: Artifact): Promise<unknown> => toolchain.read(artifact, context)
  expect(await read(await image({ 'io.giantswarm.klaus.name': 'rust' }))).toMatchObject({
    name: 'rust',
    metadataFrom: 'klaus',
  })
  expect(await read(await image())).toMatchObject({ name: 'go', description: 'Go', metadataFrom: 'labels' })
})

/** A registry that only knows tags, and counts what it is asked. */
function tagged(tags: Readonly<Record<string, readonly string[]>>): {
  readonly lookup: Lookup
  readonly signal: AbortSignal
  readonly asked: string[]
} {
  const asked: string[] = []
  const known = kindContext().lookup
  return {
    asked,
    signal: new AbortController().signal,
    lookup: {
      ...known,
      async *versions(repository) {
        asked.push(repository)
        yield* tags[repository] ?? []
      },
    },
  }
}

describe('vector 5: references', () => {
  const { base, tags, cases } = vectors.resolve
  test.each(cases as [string, string | null][])('%j', async (word, expected) => {
    const registry = tagged(tags)
    if (expected === null)
      await expect(resolveWord(word, base, registry)).toFailWith(
        word.trim() === '' ? 'KIND_INPUT_INVALID' : 'TAG_NOT_FOUND',
      )
    else expect(await resolveWord(word, base, registry)).toBe(expected)
    const needsTags = expected === null ? word.trim() !== '' : !word.includes('@') && !/:v/.test(word)
    expect(registry.asked.length).toBe(needsTags ? 1 : 0)
  })

  test('releases come before prereleases, dates and commit ids are no versions, ranges pick', async () => {
    const registry = tagged({
      'h/r': ['v1.9.0', 'v2.0.0-rc.1', '20240131', '1234567'],
      'h/pre': ['v1.0.0-rc.1'],
    })
    expect(await resolveWord('h/r', '', registry)).toBe('h/r:v1.9.0')
    expect(await resolveWord('h/r:^2.0.0-0', '', registry)).toBe('h/r:v2.0.0-rc.1')
    expect(await resolveWord('h/r:1.x', '', registry)).toBe('h/r:v1.9.0')
    expect(await resolveWord('h/pre', '', registry)).toBe('h/pre:v1.0.0-rc.1')
    expect(await resolveWord('h/r:v1@sha256:x', '', registry)).toBe('h/r@sha256:x')
    await expect(resolveWord('h/r:^3', '', registry)).toFailWith('TAG_NOT_FOUND')
  })
})

describe('sources', () => {
  test('the built-in one, and configured ones with bases of their own', () => {
    expect(klausSource({}).bases.plugin).toBe('gsoci.azurecr.io/giantswarm/klaus-plugins')
    const section = {
      sources: [
        { name: 'mine', registry: 'reg.example.com/k/', plugins: 'reg.example.com/p', default: true },
      ],
    }
    expect(klausSource(section)).toMatchObject({
      name: 'mine',
      bases: { plugin: 'reg.example.com/p', toolchain: 'reg.example.com/k/klaus-toolchains' },
    })
    expect(klausSource(section, 'giantswarm').default).toBe(false)
    expect(() => klausSource(section, 'other')).toFailWith('KIND_INPUT_INVALID')
    expect(() => klausSources({ sources: [{ name: 'giantswarm', registry: 'x' }] })).toFailWith(
      'CONFIG_INVALID',
    )
  })
})

describe('dependencies', () => {
  const source = klausSource({ sources: [{ name: 'm', registry: 'reg.io/k', default: true }] })

  test('all are looked up, in the order of their declaration, failures as notes', async () => {
    const artifact = await pack(plugin as Kind<never>, pluginFolder())
    const given = kindContext({
      artifacts: {
        'reg.io/k/klaus-plugins/gs-base:v1.0.0': artifact,
        'reg.io/k/klaus-toolchains/go:1.2.3': artifact,
      },
    })
    const composition = {
      toolchain: { repository: 'go' },
      plugins: [
        { repository: 'missing' },
        { repository: 'gs-base', tag: 'latest' },
        { repository: 'reg.io/x/y', tag: 'v9' },
      ],
    }
    const resolved = await resolveDependencies(composition, source, given)
    expect(
      resolved.map(({ type, ref, digest, note }) => [
        type,
        ref,
        digest === artifact.descriptor.digest,
        note.split(':')[0],
      ]),
    ).toEqual([
      ['toolchain', 'reg.io/k/klaus-toolchains/go:1.2.3', true, ''],
      ['plugin', '', false, 'TAG_NOT_FOUND'],
      ['plugin', 'reg.io/k/klaus-plugins/gs-base:v1.0.0', true, ''],
      ['plugin', '', false, 'MANIFEST_NOT_FOUND'],
    ])
  })

  test('cancelling is an error, not a note', async () => {
    const controller = new AbortController()
    controller.abort()
    const given = kindContext({ signal: controller.signal })
    await expect(
      resolveDependencies({ toolchain: { repository: 'a' }, plugins: [] }, source, given),
    ).rejects.toThrow('aborted')
  })
})

describe('commands', () => {
  const settings = { sources: [{ name: 'm', registry: 'reg.io/k', default: true }] }
  const all = [...(plugin.commands ?? []), ...(personality.commands ?? [])]
  const command = (name: string): NonNullable<Kind['commands']>[number] =>
    all.find((one) => one.name === name)!
  const run = async (
    name: string,
    args: Record<string, unknown>,
    flags: Record<string, unknown>,
    given: ReturnType<typeof kindContext>,
  ): Promise<{ rows: unknown[]; exit: number | void }> => {
    const rows: unknown[] = []
    const running = command(name).run({ args, flags }, given)
    for (;;) {
      const next = await running.next()
      if (next.done === true) return { rows, exit: next.value }
      rows.push(next.value)
    }
  }

  test('list shows only what lies below the base, and says what has no version', async () => {
    const artifact = await pack(plugin as Kind<never>, pluginFolder())
    const artifacts = Object.fromEntries(
      [
        'k/klaus-plugins/gs-base:v1.0.0',
        'k/klaus-plugins/gs-base:v1.1.0-rc.1',
        'k/klaus-plugins/team/nested:main',
        'k/klaus-plugins-extra/foo:v1.0.0',
      ].map((name) => [`reg.io/${name}`, artifact]),
    )
    const { rows, exit } = await run('list', {}, {}, kindContext({ settings, artifacts }))
    expect(exit).toBe(0)
    expect(rows).toEqual([
      {
        source: 'm',
        name: 'gs-base',
        version: 'v1.0.0',
        repository: 'reg.io/k/klaus-plugins/gs-base',
        ref: 'reg.io/k/klaus-plugins/gs-base:v1.0.0',
        note: '',
      },
      {
        source: 'm',
        name: 'team/nested',
        version: '',
        repository: 'reg.io/k/klaus-plugins/team/nested',
        ref: 'reg.io/k/klaus-plugins/team/nested',
        note: 'no version',
      },
    ])
  })

  test('lock writes what check accepts; a moved tag makes check answer 1', async () => {
    const artifact = await pack(plugin as Kind<never>, pluginFolder())
    const artifacts = {
      'reg.io/k/klaus-plugins/gs-base:1.10': artifact,
      'reg.io/k/klaus-toolchains/go:v1.0.0': artifact,
    }
    const target = memoryTarget()
    const folder = personalityFolder()
    const given = kindContext({ settings, artifacts, folder: () => folder, target: () => target })
    expect((await run('lock', { dir: './p', file: './p/klaus.lock.json' }, {}, given)).exit).toBe(0)
    const written = target.entries.get('')
    const text = written?.kind === 'file' ? Buffer.from(written.bytes).toString() : ''
    const locked = memorySource({
      'personality.yaml':
        'name: sre\ntoolchain:\n  repository: go\nplugins:\n- repository: gs-base\n  tag: 1.10\n',
      'klaus.lock.json': text,
    })
    const check = kindContext({ settings, artifacts, folder: () => locked, target: () => target })
    expect((await run('lock', { dir: './p' }, { check: true }, check)).exit).toBe(0)
    const moved = await pack(plugin as Kind<never>, pluginFolder(), { compat: true })
    const after = kindContext({
      settings,
      artifacts: { ...artifacts, 'reg.io/k/klaus-plugins/gs-base:1.10': moved },
      folder: () => locked,
      target: () => target,
    })
    const { rows, exit } = await run('lock', { dir: './p' }, { check: true }, after)
    expect(exit).toBe(1)
    expect(rows[1]).toMatchObject({ note: `locked to ${artifact.descriptor.digest}` })
  })

  test.each(['plugin', 'personality'] as const)(
    'new %s writes a folder that packs and validates',
    async (type) => {
      const target = memoryTarget()
      await run('new', { type, dir: './my-thing' }, {}, kindContext({ target: () => target }))
      const files = Object.fromEntries(
        [...target.entries].flatMap(([path, entry]) => (entry.kind === 'file' ? [[path, entry.bytes]] : [])),
      )
      const kind = (type === 'plugin' ? plugin : personality) as Kind
      const artifact = await artifactOf(await kind.pack!(memorySource(files), context))
      expect(digestOf(artifact.bytes)).toBe(artifact.descriptor.digest)
      for await (const finding of kind.validate!(memorySource(files), context))
        expect(finding.severity).not.toBe('error')
    },
  )
})

describe('findings', () => {
  const codes = async (kind: Kind<never>, source: Source): Promise<string[]> => {
    const found: string[] = []
    for await (const { severity, code } of (kind as Kind).validate!(source, context))
      found.push(`${severity} ${code}`)
    return found
  }

  test('a plugin: all of them, not the first', async () => {
    const source = memorySource({
      '.claude-plugin/plugin.json': '{"name":"Bad Name","keywords":["a,b"]}',
      '.mcp.json': '{',
      l: { link: 'x' },
    })
    expect(await codes(plugin as Kind<never>, source)).toEqual([
      'error KLAUS_NAME_INVALID',
      'warning KLAUS_NO_DESCRIPTION',
      'error KLAUS_KEYWORD_COMMA',
      'error KLAUS_PLUGIN_EMPTY',
      'error KLAUS_JSON_INVALID',
      'warning KLAUS_LINK_LEFT_OUT',
    ])
  })

  test('a personality: both tag and digest, a bad digest, one short name twice, a legacy member', async () => {
    const yaml = `name: a\ndescription: d\nimage: x\ntoolchain: {repository: reg.io/go, tag: v1, digest: sha256:x}\nplugins:\n- repository: reg.io/a/p\n- repository: reg.io/b/p\n`
    expect(await codes(personality as Kind<never>, memorySource({ 'personality.yaml': yaml }))).toEqual([
      'error KLAUS_TAG_AND_DIGEST',
      'error KLAUS_DIGEST_INVALID',
      'error KLAUS_PLUGIN_TWICE',
      'warning KLAUS_UNKNOWN_MEMBER',
      'warning KLAUS_NO_SOUL',
    ])
  })
})

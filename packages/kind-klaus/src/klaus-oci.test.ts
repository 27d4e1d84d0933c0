import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { digestOf, type Bytes, type Source, type TreeEntry } from '@ocish/sdk'
import { memorySource } from '@ocish/testing'
import { describe, expect, test } from 'vitest'
import vectors from '../fixtures/klaus-oci.json' with { type: 'json' }
import { encodePersonalityConfig, encodePluginConfig } from './config-blobs.ts'
import { contentTar } from './content.ts'
import { discoverPlugin } from './discover.ts'
import { encodeKlausManifest } from './manifest-bytes.ts'
import { decodeKeywords, decodeMetadata, encodeMetadata } from './metadata.ts'
import type { Components, Metadata } from './model.ts'
import { parsePersonality } from './personality-yaml.ts'
import { parsePluginJson } from './plugin-json.ts'

async function collect(bytes: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const none: Components = {
  skills: [],
  commands: [],
  agents: [],
  hasHooks: false,
  mcpServers: [],
  lspServers: [],
}

describe('configuration bytes', () => {
  test('vector 9: a plugin with everything, and one with nothing', () => {
    const components = {
      skills: ['fluxcd', 'kubernetes'],
      commands: ['hello', 'init-kubernetes'],
      agents: ['code-reviewer', 'security-reviewer'],
      hasHooks: true,
      mcpServers: ['github'],
      lspServers: ['gopls'],
    }
    const bytes = encodePluginConfig(components)
    expect(bytes).toHaveLength(183)
    expect(digestOf(bytes)).toBe('sha256:0d44520f8ee57e395901341b5ac8d3c61c4dea4c08e7685ec8f171ca87702023')
    expect(new TextDecoder().decode(encodePluginConfig(none))).toBe('{}')
  })

  test('vector 10: an empty personality, and one with pinned parts', () => {
    const empty = encodePersonalityConfig({ toolchain: { repository: '' }, plugins: [] })
    expect(digestOf(empty)).toBe('sha256:014284da0450afbd5c10b296b54f3b276541ae4904c14efbbc56f8fd2c19e16e')
    const bytes = encodePersonalityConfig({
      toolchain: { repository: 'gsoci.azurecr.io/giantswarm/klaus-toolchains/go', tag: 'latest' },
      plugins: [
        { repository: 'gsoci.azurecr.io/giantswarm/klaus-plugins/gs-base', tag: 'latest' },
        { repository: 'gsoci.azurecr.io/giantswarm/klaus-plugins/gs-sre', digest: 'sha256:abc' },
      ],
    })
    expect(bytes).toHaveLength(275)
    expect(digestOf(bytes)).toBe('sha256:3f3a0162e9b6c1f63ab9aa9900655aec4d3469025da66be98edb1ddf0aa471c8')
  })
})

test('vector 11: the manifest with all annotations, and with none', () => {
  const config = {
    mediaType: 'application/vnd.giantswarm.klaus-plugin.config.v1+json',
    digest: 'sha256:0d44520f8ee57e395901341b5ac8d3c61c4dea4c08e7685ec8f171ca87702023',
    size: 183,
  }
  const layer = {
    mediaType: 'application/vnd.giantswarm.klaus-plugin.content.v1.tar+gzip',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 123,
  }
  const metadata: Metadata = {
    name: 'gs-base',
    description: 'R&D <tools>',
    author: { name: 'Giant Swarm GmbH', email: 'dev@giantswarm.io', url: 'https://giantswarm.io' },
    homepage: 'https://docs.giantswarm.io',
    repository: 'https://github.com/giantswarm/claude-code',
    license: 'Apache-2.0',
    keywords: ['giantswarm', 'platform'],
  }
  const full = encodeKlausManifest(config, layer, encodeMetadata(metadata))
  expect(full).toHaveLength(945)
  expect(digestOf(full)).toBe('sha256:0d0d05523db65d06a9093eb1b6c28c9993b0e5ddd10f83c34585fc7b4c182623')
  const bare = encodeKlausManifest(config, layer, {})
  expect(bare).toHaveLength(431)
  expect(digestOf(bare)).toBe('sha256:a022d94d3b1c8d1ca16ceaeb3c0d51cca2a2972b69143103586ebc06f128c1ec')
})

describe('vector 12: annotations', () => {
  test.each(vectors.keywords as [string, string[] | null][])('keywords %j', (text, expected) => {
    expect(decodeKeywords(text)).toEqual(expected ?? [])
  })
  test('one author key makes an author; the version annotation is never read', () => {
    const decoded = decodeMetadata({
      annotations: { 'io.giantswarm.klaus.author.url': 'https://a', 'org.opencontainers.image.version': '9' },
    })
    expect(decoded).toMatchObject({
      name: '',
      author: { url: 'https://a' },
      keywords: [],
      metadataFrom: 'none',
    })
    expect(JSON.stringify(decoded)).not.toContain('9')
  })
  test('older generations: members of the blob, then OCI annotations, then the short name', () => {
    const oci = { 'org.opencontainers.image.title': 'sre', 'org.opencontainers.image.description': 'text' }
    expect(decodeMetadata({ annotations: oci, config: { name: 'blob' } })).toMatchObject({
      name: 'blob',
      description: 'text',
      metadataFrom: 'config',
    })
    expect(decodeMetadata({ annotations: oci })).toMatchObject({ name: 'sre', metadataFrom: 'oci' })
    expect(decodeMetadata({ annotations: {}, shortName: 'go' })).toMatchObject({
      name: 'go',
      metadataFrom: 'none',
    })
  })
})

/** The tree of vector 13 as a file system would show it. */
function goldenTree(): Source {
  const plugin =
    '{"name":"gs-base","description":"A general purpose plugin","keywords":["giantswarm","platform"]}'
  const source = memorySource({
    '.claude-plugin/plugin.json': plugin,
    '.git/HEAD': 'ref: x\n',
    '.oci-cache.json': '{}',
    'commands/hello.md': '# Hello\n',
    'commands/link.md': { link: 'hello.md' },
    'hooks/run.sh': { content: '#!/bin/sh\n', mode: 0o755 },
    'skills/kubernetes/SKILL.md': '# Kubernetes\n',
    'sub/.oci-cache.json': '{}',
  })
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
  const stamped = (entry: TreeEntry): TreeEntry => ({ ...entry, mtime: 1_700_000_000, owner })
  return {
    ...source,
    async *list(dir) {
      for await (const entry of source.list(dir)) yield stamped(entry)
    },
  }
}

describe('vector 13: the archive of klaus-oci', () => {
  test('its tar, byte for byte', async () => {
    const tar = await collect(contentTar(goldenTree(), { compat: true, mtime: 0, skipped: () => undefined }))
    const golden = gunzipSync(Buffer.from(vectors.goldenArchive.gzipBase64, 'base64'))
    expect(tar.equals(golden)).toBe(true)
    expect(createHash('sha256').update(tar).digest('hex')).toBe(
      '39be0481f42d82d88d9c0c37666f7801692f63fca5566f2c030112a7bd4a4866',
    )
  })

  test('what klaus-oci finds in it, the link included, and what is really shipped', async () => {
    const compat = await discoverPlugin(goldenTree(), { compat: true })
    expect(digestOf(encodePluginConfig(compat.components))).toBe(
      'sha256:021b620f41221636665594b78b8c8bc7463f328fea9a605897cd709fb5ccae3b',
    )
    const improved = await discoverPlugin(goldenTree(), { compat: false })
    expect(improved.components).toEqual({
      ...none,
      skills: ['kubernetes'],
      commands: ['hello'],
      hasHooks: true,
    })
  })
})

describe('vector 15: plugin.json', () => {
  test.each(vectors.pluginJson as [string, string | null][])('%s', (text, expected) => {
    const read = (): string => parsePluginJson(text, { compat: true }).metadata.name
    if (expected === null) expect(read).toFailWith('KIND_INPUT_INVALID')
    else expect(read()).toBe(expected)
  })

  const found = async (files: Readonly<Record<string, string>>, compat = false): Promise<Components> =>
    (
      await discoverPlugin(memorySource({ '.claude-plugin/plugin.json': '{"name":"a"}', ...files }), {
        compat,
      })
    ).components

  test('the overrides that Claude allows are understood', async () => {
    const manifest = JSON.stringify({
      name: 'a',
      commands: ['./extra/one.md', './more'],
      skills: './tools',
      hooks: { PreToolUse: [] },
      mcpServers: { inline: {} },
      lspServers: './lsp.json',
    })
    const components = await found({
      '.claude-plugin/plugin.json': manifest,
      'extra/one.md': '',
      'more/two.md': '',
      'more/readme.txt': '',
      'tools/x/SKILL.md': '',
      'lsp.json': '{"lspServers":{"gopls":{}}}',
    })
    expect(components).toEqual({
      skills: ['x'],
      commands: ['one', 'two'],
      agents: [],
      hasHooks: true,
      mcpServers: ['inline'],
      lspServers: ['gopls'],
    })
  })

  test('server files in both shapes; broken ones are nothing', async () => {
    const wrapped = { '.mcp.json': '{"mcpServers":{"github":{}}}' }
    expect((await found(wrapped)).mcpServers).toEqual(['github'])
    expect((await found(wrapped, true)).mcpServers).toEqual(['mcpServers'])
    expect((await found({ '.mcp.json': '{"jira":{},"github":{}}' })).mcpServers).toEqual(['github', 'jira'])
    for (const text of ['{}', 'not valid json', '[]', 'null'])
      expect((await found({ '.mcp.json': text })).mcpServers).toEqual([])
  })

  test('what does not count: a skill without SKILL.md, other files among commands, hooks that only keep the folder', async () => {
    const files = {
      'skills/x/README.md': '',
      'commands/a.txt': '',
      'commands/sub/b.md': '',
      'hooks/.gitkeep': '',
    }
    expect(await found(files)).toEqual(none)
    expect((await found(files, true)).hasHooks).toBe(true)
  })
})

describe('vector 16: personality.yaml', () => {
  test.each(vectors.yaml as [string, Record<string, unknown> | null][])('%j', (text, expected) => {
    if (expected === null) {
      expect(() => parsePersonality(text)).toFailWith('KIND_INPUT_INVALID')
      return
    }
    const { metadata, composition } = parsePersonality(text)
    const expectedToolchain = expected['toolchain'] ?? { repository: '' }
    const { toolchain: _toolchain, ...rest } = expected
    expect({ ...metadata, ...composition }).toMatchObject(rest)
    expect(composition.toolchain).toEqual(expectedToolchain)
  })

  test('an error says its line; a million aliases are refused', () => {
    expect(() => parsePersonality('name: a\nkeywords: x')).toFailWith('KIND_INPUT_INVALID')
    expect(() => parsePersonality('name: a\nkeywords: x')).toThrow(/line 2/)
    const bomb = `name: &a x\nkeywords: [${'*a,'.repeat(2000)}]`
    expect(() => parsePersonality(bomb)).toFailWith('KIND_INPUT_INVALID')
  })
})

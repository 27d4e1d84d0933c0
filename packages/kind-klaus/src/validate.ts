import {
  hasCode,
  isArtifact,
  isDigest,
  isOcishError,
  parseReference,
  statOrNothing,
  type Artifact,
  type Finding,
  type KindContext,
  type Source,
} from '@ocish/sdk'
import { pluginManifest, personalityFile, soulFile } from './constants.ts'
import { discoverPlugin } from './discover.ts'
import type { Composition, Metadata, PartReference } from './model.ts'
import { shortName } from './model.ts'
import { readPersonalityFolder } from './personality-yaml.ts'
import { readPersonality, readPlugin } from './read.ts'
import { readTextFile } from './read-source.ts'

type Findings = AsyncGenerator<Finding, void>

function error(code: string, path: string, message: string, hint?: string): Finding {
  return { severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) }
}

function warning(code: string, path: string, message: string, hint?: string): Finding {
  return { ...error(code, path, message, hint), severity: 'warning' }
}

/** What is wrong with the input, as a finding; every other failure goes on. */
function fromError(thrown: unknown, path: string): Finding {
  if (!hasCode(thrown, 'KIND_INPUT_INVALID', 'LIMIT_EXCEEDED')) throw thrown
  const line = thrown.details?.['line']
  return {
    ...error(thrown.code, path, thrown.message, thrown.hint),
    ...(typeof line === 'number' ? { line } : {}),
  }
}

export async function* validatePlugin(input: Artifact | Source, context: KindContext): Findings {
  if (isArtifact(input)) {
    try {
      yield* metadataFindings(await readPlugin(input), 'manifest')
    } catch (thrown) {
      yield fromError(thrown, 'manifest')
    }
    return
  }
  try {
    const { metadata, components } = await discoverPlugin(input, {
      compat: context.options['compat'] === true,
    })
    yield* metadataFindings(metadata, pluginManifest)
    const parts = Object.values(components).some((value) =>
      Array.isArray(value) ? value.length > 0 : value === true,
    )
    if (!parts) {
      yield error(
        'KLAUS_PLUGIN_EMPTY',
        '',
        'the plugin has no skills, commands, agents, hooks or servers',
        `Add one of skills/NAME/SKILL.md, commands/*.md, agents/*.md, hooks/, .mcp.json or .lsp.json.`,
      )
    }
  } catch (thrown) {
    yield fromError(thrown, pluginManifest)
  }
  for (const path of ['.mcp.json', '.lsp.json']) yield* jsonFindings(input, path)
  yield* linkFindings(input, '')
}

export async function* validatePersonality(input: Artifact | Source): Findings {
  const path = isArtifact(input) ? 'manifest' : personalityFile
  try {
    const read = isArtifact(input)
      ? { personality: await readPersonality(input), unknown: [] }
      : await fromFolder(input)
    yield* metadataFindings(read.personality, path)
    yield* compositionFindings(read.personality, path)
    for (const { name, line } of read.unknown) {
      const hint = name === 'image' ? 'Write toolchain: { repository: … } instead.' : 'Remove it.'
      yield { ...warning('KLAUS_UNKNOWN_MEMBER', path, `${name} means nothing here`, hint), line }
    }
  } catch (thrown) {
    yield fromError(thrown, path)
  }
  if (isArtifact(input)) return
  if ((await statOrNothing(input, soulFile)) === undefined)
    yield warning('KLAUS_NO_SOUL', soulFile, `there is no ${soulFile}`)
  yield* linkFindings(input, '')
}

async function fromFolder(source: Source): Promise<{
  readonly personality: Metadata & Composition
  readonly unknown: readonly { readonly name: string; readonly line: number }[]
}> {
  const { metadata, composition, unknown } = await readPersonalityFolder(source)
  return { personality: { ...metadata, ...composition }, unknown }
}

function* metadataFindings(metadata: Metadata, path: string): Generator<Finding> {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(metadata.name)) {
    yield error(
      'KLAUS_NAME_INVALID',
      path,
      `the name ${JSON.stringify(metadata.name)} is not usable`,
      'Use small letters, digits and dashes.',
    )
  }
  if (metadata.description === '') yield warning('KLAUS_NO_DESCRIPTION', path, 'there is no description')
  const comma = metadata.keywords.find((keyword) => keyword.includes(','))
  if (comma !== undefined)
    yield error(
      'KLAUS_KEYWORD_COMMA',
      path,
      `the keyword ${JSON.stringify(comma)} has a comma, which separates keywords`,
    )
}

function* compositionFindings({ toolchain, plugins }: Composition, path: string): Generator<Finding> {
  if (toolchain.repository !== '') yield* referenceFindings(toolchain, path, 'toolchain')
  else if (toolchain.tag !== undefined || toolchain.digest !== undefined) {
    yield error('KLAUS_REFERENCE_INVALID', path, 'toolchain has a tag or digest but no repository')
  }
  const seen = new Map<string, number>()
  for (const [index, plugin] of plugins.entries()) {
    yield* referenceFindings(plugin, path, `plugins[${index}]`)
    const short = shortName(plugin.repository)
    const before = seen.get(short)
    if (before !== undefined) {
      yield error(
        'KLAUS_PLUGIN_TWICE',
        path,
        `plugins[${index}] has the short name ${short} of plugins[${before}]`,
        'Both would be mounted at one path: remove one.',
      )
    }
    seen.set(short, index)
  }
}

function* referenceFindings(part: PartReference, path: string, where: string): Generator<Finding> {
  if (part.tag !== undefined && part.digest !== undefined) {
    yield error('KLAUS_TAG_AND_DIGEST', path, `${where} has a tag and a digest`, 'Keep one of them.')
  }
  if (part.digest !== undefined && !isDigest(part.digest)) {
    yield error(
      'KLAUS_DIGEST_INVALID',
      path,
      `${where} has the digest ${JSON.stringify(part.digest)}, which is none`,
    )
  }
  if (part.repository !== '' && !part.repository.includes('/')) return
  try {
    parseReference(
      part.tag === undefined || part.tag === 'latest' ? part.repository : `${part.repository}:${part.tag}`,
    )
  } catch (thrown) {
    if (!isOcishError(thrown)) throw thrown
    yield error('KLAUS_REFERENCE_INVALID', path, `${where}: ${thrown.message}`, thrown.hint)
  }
}

/** A file that discovery would silently pass over. */
async function* jsonFindings(source: Source, path: string): Findings {
  try {
    const text = await readTextFile(source, path)
    if (text !== undefined) JSON.parse(text)
  } catch (thrown) {
    if (thrown instanceof SyntaxError) yield error('KLAUS_JSON_INVALID', path, `${path} is not valid JSON`)
    else yield fromError(thrown, path)
  }
}

async function* linkFindings(source: Source, folder: string): Findings {
  if (source.type === 'file') return
  for await (const entry of source.list(folder)) {
    if (entry.kind === 'link')
      yield warning(
        'KLAUS_LINK_LEFT_OUT',
        entry.path,
        `${entry.path} is a link, which is not shipped`,
        'Replace it by a copy.',
      )
    if (entry.kind === 'folder' && entry.path !== '.git') yield* linkFindings(source, entry.path)
  }
}

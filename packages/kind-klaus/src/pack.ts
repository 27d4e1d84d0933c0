import {
  digestOf,
  OcishError,
  type KindContext,
  type PackedManifest,
  type Source,
  streamOf,
} from '@ocish/sdk'
import { encodePersonalityConfig, encodePluginConfig } from './config-blobs.ts'
import {
  personalityConfigType,
  personalityContentType,
  pluginConfigType,
  pluginContentType,
} from './constants.ts'
import { contentLayer } from './content.ts'
import { discoverPlugin } from './discover.ts'
import { encodeKlausManifest } from './manifest-bytes.ts'
import { encodeMetadata } from './metadata.ts'
import type { Metadata } from './model.ts'
import { readPersonalityFolder } from './personality-yaml.ts'

const namePattern = /^[a-z0-9][a-z0-9-]*$/

/** A plugin folder as klaus-oci publishes it. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function packPlugin(source: Source, context: KindContext): Promise<PackedManifest> {
  const compat = context.options['compat'] === true
  const { metadata, components } = await discoverPlugin(folder(source), { compat })
  if (!compat) requireName(metadata.name)
  const config = { mediaType: pluginConfigType, bytes: encodePluginConfig(components) }
  return packed(source, { config, contentType: pluginContentType, metadata, compat })
}

/** A personality folder as klaus-oci publishes it. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function packPersonality(source: Source, context: KindContext): Promise<PackedManifest> {
  const compat = context.options['compat'] === true
  const { metadata, composition } = await readPersonalityFolder(folder(source))
  if (!compat) requireName(metadata.name)
  const config = { mediaType: personalityConfigType, bytes: encodePersonalityConfig(composition) }
  return packed(source, { config, contentType: personalityContentType, metadata, compat })
}

function folder(source: Source): Source {
  if (source.type === 'folder') return source
  throw new OcishError('KIND_INPUT_INVALID', `${source.name} is a file, klaus artifacts are folders`)
}

function requireName(name: string): void {
  if (namePattern.test(name)) return
  throw new OcishError('KIND_INPUT_INVALID', `the name ${JSON.stringify(name)} is not usable`, {
    hint: 'Use small letters, digits and dashes, or push with --compat to keep it.',
  })
}

interface Ingredients {
  readonly config: { readonly mediaType: string; readonly bytes: Uint8Array }
  readonly contentType: string
  readonly metadata: Metadata
  readonly compat: boolean
}

function packed(source: Source, { config, contentType, metadata, compat }: Ingredients): PackedManifest {
  const annotations = encodeMetadata(metadata)
  const notes = new Set<string>()
  const skipped = (path: string, why: string): void => void notes.add(`${path} ${why} and was left out`)
  const configDescriptor = {
    mediaType: config.mediaType,
    digest: digestOf(config.bytes),
    size: config.bytes.length,
  }
  return {
    layers: [{ mediaType: contentType, open: () => contentLayer(source, { compat, mtime: 0, skipped }) }],
    config: { ...configDescriptor, open: () => streamOf(config.bytes) },
    annotations,
    manifest: ([layer], merged) => {
      if (layer === undefined) throw new TypeError('the content layer was not written')
      return encodeKlausManifest(configDescriptor, layer, merged)
    },
    get notes() {
      return [...notes]
    },
  }
}

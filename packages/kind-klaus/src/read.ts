import {
  hasCode,
  isJsonObject,
  OcishError,
  parseJson,
  readPart,
  type Artifact,
  type Descriptor,
} from '@ocish/sdk'
import { parseConfigObject, readComponents, readComposition } from './config-blobs.ts'
import { annotationPrefix, limits, personalityConfigType, pluginConfigType } from './constants.ts'
import { decodeMetadata } from './metadata.ts'
import { shortName, type Personality, type Plugin, type Toolchain } from './model.ts'

/** Reads a plugin of any generation. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readPlugin(artifact: Artifact): Promise<Plugin> {
  const manifest = await ofType(artifact, pluginConfigType, 'klaus-plugin')
  const config = await readConfig(manifest)
  return {
    ...decodeMetadata({ annotations: manifest.annotations, config, ...named(artifact) }),
    ...readComponents(config),
  }
}

/** Reads a personality of any generation. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readPersonality(artifact: Artifact): Promise<Personality> {
  const manifest = await ofType(artifact, personalityConfigType, 'klaus-personality')
  const config = await readConfig(manifest)
  return {
    ...decodeMetadata({ annotations: manifest.annotations, config, ...named(artifact) }),
    ...readComposition(config),
  }
}

/**
 * A toolchain is an ordinary image or index: the index's annotations, else those of a manifest in it, else the labels
 * of the image's configuration. Errors: KIND_INPUT_INVALID.
 */
export async function readToolchain(artifact: Artifact): Promise<Toolchain> {
  const children = artifact.manifest.form === 'index' ? await artifact.children() : []
  const platforms = children.flatMap(({ descriptor: { platform } }) =>
    platform === undefined || platform.os === 'unknown' ? [] : [formatPlatform(platform)],
  )
  const candidates = [artifact, ...children]
  const described = candidates.find(({ annotations }) => annotations[`${annotationPrefix}name`] !== undefined)
  const image = candidates.find(({ config }) => config !== undefined)
  const labels = described === undefined && image !== undefined ? await readLabels(image) : {}
  const annotations = (described ?? artifact).annotations
  return { ...decodeMetadata({ annotations, labels, ...named(artifact) }), platforms }
}

function formatPlatform({ os, architecture, variant }: NonNullable<Descriptor['platform']>): string {
  return [os, architecture, variant].filter((part) => part !== undefined).join('/')
}

function named(artifact: Artifact): { readonly shortName?: string } {
  const repository = artifact.ref?.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  return repository === undefined ? {} : { shortName: shortName(repository) }
}

/** The manifest itself, or the one of this type in an index. */
async function ofType(artifact: Artifact, configType: string, kind: string): Promise<Artifact> {
  const candidates = artifact.manifest.form === 'index' ? await artifact.children() : [artifact]
  const found = candidates.find(({ config }) => config?.mediaType === configType)
  if (found !== undefined) return found
  const actual = candidates[0]?.config?.mediaType ?? artifact.descriptor.mediaType
  throw new OcishError('KIND_INPUT_INVALID', `this is no ${kind}: its configuration is ${actual}`, {
    hint: 'Leave out --as, so that the kind is found by its media type.',
  })
}

async function readConfig(artifact: Artifact): Promise<Readonly<Record<string, unknown>>> {
  return artifact.config === undefined ? {} : parseConfigObject(await readSmall(artifact, artifact.config))
}

async function readLabels(artifact: Artifact): Promise<Readonly<Record<string, string>>> {
  if (artifact.config === undefined) return {}
  try {
    const bytes = await readSmall(artifact, artifact.config)
    const value = parseJson(bytes, { what: 'the image configuration', code: 'KIND_INPUT_INVALID' })
    const inner = isJsonObject(value) ? value['config'] : undefined
    const labels = isJsonObject(inner) ? inner['Labels'] : undefined
    return isJsonObject(labels) ? (labels as Readonly<Record<string, string>>) : {}
  } catch (error) {
    // An image whose configuration is no JSON is still an image.
    if (hasCode(error, 'KIND_INPUT_INVALID')) return {}
    throw error
  }
}

/** A small part as a whole. Errors: LIMIT_EXCEEDED above 1 MiB, and those of opening it. */
export function readSmall(artifact: Artifact, part: Descriptor): Promise<Uint8Array> {
  return readPart(artifact, part, { limit: limits.json })
}

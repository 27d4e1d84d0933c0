import { type Artifact, type Bytes, type Descriptor, OcishError } from '@ocish/sdk'
import { canonical, type KeyNotice } from './canonical.ts'
import { typeFaults } from './check.ts'
import { type Document, type ObjectNode, parseDocument } from './document.ts'
import { fields, type FieldSpecs } from './fields.ts'
import { artifactType, layerMediaType, maxBytes, type RunConfig } from './model.ts'
import { toObject } from './tree.ts'

/** Children of an index that are looked at for the one that is a run configuration. */
const maxChildren = 32

/** The bytes of the configuration in an artifact. Errors: KIND_MISMATCH, KIND_INPUT_INVALID, and those of the parts. */
export async function readLayer(artifact: Artifact, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted()
  const { holder, layer } = await findLayer(artifact, signal)
  if (layer.size > maxBytes) throw tooLarge()
  return collect(holder.open(layer), signal)
}

/** A file or a layer, whole. Errors: KIND_INPUT_INVALID above 1 MiB. */
export async function collect(bytes: Bytes, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  signal.throwIfAborted()
  for await (const chunk of bytes) {
    signal.throwIfAborted()
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  signal.throwIfAborted()
  return Buffer.concat(chunks)
}

/**
 * The canonical configuration in JSON text: what every further step works on. `trailing`: text after the value is
 * ignored, as ToolHive's file reader does, once `onTrailing` got its line; in an artifact it is an error, as ToolHive's pull has it.
 * Errors: KIND_INPUT_INVALID with `details.line` and `details.path`.
 */
export function parseConfig(
  bytes: Uint8Array,
  options: {
    readonly trailing: 'ignore' | 'refuse'
    readonly onTrailing?: (line: number) => void
    readonly onNotice?: (notice: KeyNotice) => void
  },
): ObjectNode {
  const document = parseDocument(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
  if (document.trailing !== undefined) {
    if (options.trailing === 'refuse') throw trailing(document)
    options.onTrailing?.(document.trailing)
  }
  const { root } = document
  if (root.type !== 'object') {
    throw new OcishError('KIND_INPUT_INVALID', 'a run configuration is a JSON object', {
      details: { line: root.line },
    })
  }
  const config = canonical(root, options.onNotice)
  const [fault] = typeFaults(config)
  if (fault === undefined) return config
  const { path, line, message } = fault
  throw new OcishError('KIND_INPUT_INVALID', `line ${line}: ${path}: ${message}`, { details: { path, line } })
}

/** The model of an artifact, as it was published: nothing is normalised. */
export async function readConfig(artifact: Artifact, signal: AbortSignal): Promise<RunConfig> {
  return toModel(parseConfig(await readLayer(artifact, signal), { trailing: 'refuse' }))
}

/** Plain data of a configuration whose types were checked; known members that are null are absent, as Go reads them. */
export function toModel(config: ObjectNode): RunConfig {
  return toObject(withoutNulls(config, fields))
}

function withoutNulls(node: ObjectNode, specs: FieldSpecs): ObjectNode {
  const members = node.members.flatMap((found) => {
    const spec = Object.hasOwn(specs, found.key) ? specs[found.key] : undefined
    if (spec === undefined) return [found]
    if (found.value.type === 'null') return []
    const { value } = found
    const nested = spec.fields !== undefined && value.type === 'object'
    return [nested ? { ...found, value: withoutNulls(value, spec.fields) } : found]
  })
  return { ...node, members }
}

async function findLayer(
  artifact: Artifact,
  signal: AbortSignal,
): Promise<{ readonly holder: Artifact; readonly layer: Descriptor }> {
  if (artifact.manifest.form !== 'index') return { holder: artifact, layer: layerOf(artifact) }
  if (artifact.manifest.manifests.length > maxChildren) {
    throw mismatch(artifact, `an index of more than ${maxChildren} manifests is no run configuration`)
  }
  const children = await artifact.children()
  signal.throwIfAborted()
  const holders = children.filter((child) => child.manifest.form !== 'index' && isRunConfig(child))
  const [holder] = holders
  if (holder === undefined || holders.length > 1) {
    throw mismatch(artifact, `an index with ${holders.length} run configurations, where there must be one`)
  }
  return { holder, layer: layerOf(holder) }
}

function isRunConfig(artifact: Artifact): boolean {
  return artifact.artifactType === artifactType || layersOf(artifact).length > 0
}

function layersOf(artifact: Artifact): readonly Descriptor[] {
  return artifact.layers.filter(({ mediaType }) => mediaType === layerMediaType)
}

function layerOf(artifact: Artifact): Descriptor {
  const layers = layersOf(artifact)
  const [layer] = layers
  if (layer === undefined) throw mismatch(artifact, `no layer of type ${layerMediaType}`)
  if (layers.length > 1) {
    throw new OcishError(
      'KIND_INPUT_INVALID',
      `${layers.length} run configurations in one artifact, where there must be one`,
    )
  }
  return layer
}

function mismatch(artifact: Artifact, why: string): OcishError {
  const actual = artifact.artifactType ?? artifact.descriptor.mediaType
  return new OcishError('KIND_MISMATCH', `not a run configuration but ${actual}: ${why}`, {
    details: { actual },
  })
}

function tooLarge(): OcishError {
  return new OcishError('KIND_INPUT_INVALID', `a run configuration larger than ${maxBytes} bytes`)
}

function trailing({ trailing: line }: Document): OcishError {
  return new OcishError('KIND_INPUT_INVALID', `line ${line}: text after the end of the JSON`, {
    details: { line },
  })
}

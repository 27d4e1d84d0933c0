import {
  isJsonObject,
  OcishError,
  parseJson,
  readPart,
  type Artifact,
  type Description,
  type Descriptor,
} from '@ocish/sdk'

/** An image that was made from a commit. */
export interface OstreeImage {
  /** `encapsulated`: the layers hold the repository's objects; `plain`: the tree alone. */
  readonly form: 'plain' | 'encapsulated'
  readonly commit: string
  readonly version?: string
  readonly created?: string
  readonly architecture?: string
  readonly os?: string
  readonly bootable: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly layers: readonly ImageLayer[]
}

export interface ImageLayer {
  readonly descriptor: Descriptor
  readonly diffId: string
  /** What made it. */
  readonly history: string
  /** Packages in it, of an encapsulated image. */
  readonly components: readonly string[]
  /** Added to the image after it was made. */
  readonly isDerived: boolean
}

/** Bytes. */
const maxConfig = 4 * 2 ** 20

/** Reads manifest and configuration; no layer is opened. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readImage(artifact: Artifact): Promise<OstreeImage> {
  const config = await readConfig(artifact)
  const labels = textMembers(objectMember(config, 'config')['Labels'])
  const commit = labels['ostree.commit'] ?? artifact.annotations['ostree.commit'] ?? ''
  const final = labels['ostree.final-diffid'] ?? labels['ostree.diffid']
  const diffIds = list(objectMember(config, 'rootfs')['diff_ids']).map(String)
  if (diffIds.length !== artifact.layers.length)
    throw invalid(`${artifact.layers.length} layers, but ${diffIds.length} diff_ids`)
  const lastOwn = final === undefined ? diffIds.length - 1 : diffIds.indexOf(final)
  if (lastOwn < 0) throw invalid(`the label ostree.final-diffid names no layer: ${final}`)
  const history = list(config['history'])
    .filter(isJsonObject)
    .filter((one) => one['empty_layer'] !== true)
    .map((one) => textMember(one, 'created_by').created_by ?? '')
  const version = labels['org.opencontainers.image.version'] ?? labels['version']
  return {
    form: final === undefined ? 'plain' : 'encapsulated',
    commit,
    ...(version !== undefined && { version }),
    ...textMember(config, 'created'),
    ...textMember(config, 'architecture'),
    ...textMember(config, 'os'),
    bootable: labels['containers.bootc'] === '1' || labels['ostree.bootable'] === 'true',
    labels,
    layers: artifact.layers.map((descriptor, index) => ({
      descriptor,
      diffId: diffIds[index] ?? '',
      history: history[index] ?? '',
      components: (descriptor.annotations?.['ostree.components'] ?? '').split(',').filter(Boolean),
      isDerived: index > lastOwn,
    })),
  }
}

async function readConfig(artifact: Artifact): Promise<Readonly<Record<string, unknown>>> {
  if (artifact.config === undefined) throw invalid('no configuration')
  const what = 'the image configuration'
  const bytes = await readPart(artifact, artifact.config, { what, limit: maxConfig })
  const config: unknown = parseJson(bytes, { what, code: 'KIND_INPUT_INVALID' })
  if (!isJsonObject(config)) throw invalid('a configuration that is no object')
  return config
}

function objectMember(
  config: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> {
  const member = config[key]
  return isJsonObject(member) ? member : {}
}

function textMember<K extends string>(
  config: Readonly<Record<string, unknown>>,
  key: K,
): { readonly [key in K]?: string } {
  const value = config[key]
  return typeof value === 'string' ? ({ [key]: value } as { readonly [key in K]: string }) : {}
}

function textMembers(value: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {}
  const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  const members: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [key, text] of pairs) members[key] = text
  return members
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function invalid(what: string): OcishError {
  return new OcishError('KIND_INPUT_INVALID', `an OSTree image with ${what}`)
}

/** Fields for `describe`, `ls -l` and completion. */
export function describeImage(image: OstreeImage): Description {
  const derived = image.layers.filter((layer) => layer.isDerived).length
  const size = image.layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0)
  return {
    title: `${image.commit.slice(0, 12)}${image.version === undefined ? '' : ` ${image.version}`}`,
    summary: image.layers[0]?.history ?? '',
    fields: [
      { label: 'form', value: image.form },
      { label: 'commit', value: image.commit },
      { label: 'version', value: image.version ?? '' },
      { label: 'created', value: image.created ?? '', format: 'time' },
      { label: 'platform', value: `${image.os ?? ''}/${image.architecture ?? ''}` },
      { label: 'bootable', value: image.bootable },
      { label: 'layers', value: image.layers.length },
      { label: 'derived layers', value: derived },
      { label: 'size', value: size, format: 'bytes' },
    ],
  }
}

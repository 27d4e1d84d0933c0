import {
  compressed,
  decompressed,
  entryPath,
  folderEntries,
  readTar,
  type TarInput,
  writeTar,
} from '@ocish/archive'
import {
  type Artifact,
  type Bytes,
  collect,
  defineKind,
  type Descriptor,
  isJsonObject,
  type Kind,
  type KindContext,
  OcishError,
  type OpenBytes,
  type Source,
  type TreeEntry,
  streamOf,
} from '@ocish/sdk'
import { field } from './fields.ts'
import { parseObject, readPart, textAt } from './read-part.ts'

/** Kinds of somebody, to be installed with `plugin add REF`. */
export interface Plugin {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly kinds: readonly string[]
}

const artifactType = 'application/vnd.ocish.plugin.v1'
const configType = 'application/vnd.ocish.plugin.config.v1+json'
/** The archive that npm would have of it. */
const layerType = 'application/vnd.ocish.plugin.content.v1.tar+gzip'
const manifestLimit = { limit: 1024 * 1024, what: 'package.json' } as const
const archiveLimits = { bytes: 256 << 20, entries: 10_000 }

async function readPlugin(artifact: Artifact): Promise<Plugin> {
  const { config } = artifact
  if (config?.mediaType !== configType)
    throw new OcishError('KIND_INPUT_INVALID', 'the artifact is no plugin of ocish')
  return pluginOf(parseObject(await readPart(artifact, config), 'package.json'))
}

/** Errors: KIND_INPUT_INVALID. */
function pluginOf(document: Readonly<Record<string, unknown>>): Plugin {
  const { ocish } = document
  const [name, version, description] = [
    textAt(document, 'name'),
    textAt(document, 'version'),
    textAt(document, 'description'),
  ]
  const kinds = isJsonObject(ocish) && Array.isArray(ocish['kinds']) ? ocish['kinds'] : []
  const names = kinds.flatMap((kind: unknown) => textAt(kind, 'name') ?? [])
  if (name === undefined || version === undefined || names.length === 0)
    throw new OcishError(
      'KIND_INPUT_INVALID',
      'package.json has no name, no version or no kinds in its ocish field',
    )
  return { name: name.replaceAll(/\s+/g, ' '), version, ...(description && { description }), kinds: names }
}

async function packPlugin(source: Source): ReturnType<NonNullable<Kind['pack']>> {
  const open: OpenBytes = source.type === 'file' ? () => source.open('') : () => archiveOf(source)
  const manifest = await manifestOf(source, open)
  const plugin = pluginOf(parseObject(manifest, 'package.json'))
  return {
    artifactType,
    config: { mediaType: configType, open: () => streamOf(manifest) },
    layers: [{ mediaType: layerType, open }],
    annotations: {
      'org.opencontainers.image.title': plugin.name,
      'org.opencontainers.image.version': plugin.version,
    },
    tag: plugin.version.replaceAll('+', '_'),
  }
}

/** The same folder gives the same bytes. */
function archiveOf(source: Source): Bytes {
  const options = { ignore: ['node_modules/', '.git/', '*.tgz'], skipSpecial: () => undefined }
  const inPackage = async function* inPackage(): AsyncGenerator<TarInput> {
    for await (const entry of folderEntries(source, options))
      yield { ...entry, path: `package/${entry.path}` }
  }
  return compressed(writeTar(inPackage()), 'gzip')
}

async function manifestOf(source: Source, archive: OpenBytes): Promise<Uint8Array> {
  if (source.type === 'folder') return collect(source.open('package.json'), manifestLimit)
  for await (const member of readTar(decompressed(archive(), archiveLimits), { limits: archiveLimits }))
    if (/^[^/]+\/package\.json$/.test(member.path)) return collect(member.content, manifestLimit)
  throw new OcishError('KIND_INPUT_INVALID', 'the archive has no package.json')
}

function contentOf({ layers }: Artifact): Descriptor {
  const layer = layers.find(({ mediaType }) => mediaType === layerType)
  if (layer !== undefined) return layer
  throw new OcishError('KIND_INPUT_INVALID', 'the artifact has no plugin in it')
}

async function* listPlugin(
  artifact: Artifact,
  { signal }: KindContext,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }, void> {
  const archive = decompressed(artifact.open(contentOf(artifact)), archiveLimits)
  for await (const member of readTar(archive, { limits: archiveLimits })) {
    signal.throwIfAborted()
    const path = entryPath(member.path).replace(/^[^/]+\/?/, '')
    if (path === '' || (member.type !== 'file' && member.type !== 'folder')) continue
    const { type: kind, size, mode } = member
    yield { path, kind, size, mode, ...(kind === 'file' && { open: () => member.content }) }
  }
}

/** Plugins of ocish as artifacts. */
export const plugin: Kind<Plugin> = defineKind<Plugin>({
  name: 'ocish-plugin',
  match: [{ artifactType }],
  read: readPlugin,
  describe: ({ name, version, description, kinds }) => ({
    title: `${name} ${version}`,
    ...(description !== undefined && { summary: description }),
    fields: [...field('version', version), ...field('kinds', kinds, 'list')],
  }),
  list: listPlugin,
  pack: packPlugin,
})

import {
  emptyBytes,
  emptyDescriptor,
  type KindContext,
  OcishError,
  type Packed,
  type PackedManifest,
  type Part,
  type Source,
} from '@ocish/sdk'
import type { Sensitive } from './classify.ts'
import type { ObjectNode } from './document.ts'
import { imageVersion, parseImage } from './image.ts'
import { artifactType, layerMediaType, schemaVersion } from './model.ts'
import { type PublishOptions, publishOptions } from './options.ts'
import { formatPath } from './paths.ts'
import { collect, parseConfig, toModel } from './read.ts'
import { neverPublish, redact, reportLine } from './redact.ts'
import { remarks } from './rules.ts'
import { member, textOf, withMember } from './tree.ts'
import { writeConfig } from './write.ts'

const annotation = 'org.opencontainers.image'
/** The file other tools write the layer to. */
const title = 'runconfig.json'

/**
 * A configuration file as an artifact (specs/runconfig.md §1, §9). By default without what is secret or belongs to this
 * machine, each listed in `notes`; with `compat` strict byte for byte what ToolHive would publish.
 * Errors: KIND_INPUT_INVALID; KIND_INPUT_REFUSED when something remains that must not be published; USAGE_CONFLICT.
 */
export async function pack(source: Source, context: KindContext): Promise<Packed> {
  const options = publishOptions(context)
  if (options.strict && context.options['pin'] === true) {
    throw new OcishError('USAGE_CONFLICT', '--pin changes the image, and --compat strict changes nothing', {
      hint: 'Leave out one of them.',
    })
  }
  const config = parseConfig(await readSource(source, context.signal), {
    trailing: 'ignore',
    onTrailing: (line) => context.warn(`line ${line}: text after the end of the JSON is left out`),
  })
  warnOfAbsentVariables(config, options, context)
  for (const { severity, path, message } of remarks(toModel(config)))
    if (severity === 'error') context.warn(`${path}: ${message}`)
  if (options.strict) return packStrict(config, source, options)
  return packPortable(config, source, options, context)
}

/** The bytes of the one file a configuration is. Errors: KIND_INPUT_INVALID. */
export async function readSource(source: Source, signal: AbortSignal): Promise<Uint8Array> {
  if (source.type === 'file') return collect(source.open(''), signal)
  throw new OcishError('KIND_INPUT_INVALID', `${source.name} is a folder, a run configuration is one file`, {
    hint: 'Name the JSON file itself.',
  })
}

function packStrict(config: ObjectNode, source: Source, options: PublishOptions): Packed {
  refuse(neverPublish(config, options), source, 'Without --compat strict, what can be left out is.')
  return {
    ...parts(writeConfig(config, 'first', { indent: false })),
    annotations: {
      [`${annotation}.created`]: '2000-01-01T00:00:00Z',
      [`${annotation}.created.by`]: 'toolhive',
      [`${annotation}.description`]: `Runtime configuration for ${textOf(config, 'name')}`,
      [`${annotation}.version`]: '1.0',
    },
  }
}

async function packPortable(
  config: ObjectNode,
  source: Source,
  options: PublishOptions,
  context: KindContext,
): Promise<Packed> {
  const { root, left, refused } = redact(config, options)
  refuse(
    refused,
    source,
    'Refer to secrets by name: thv secret set NAME, then "secrets": ["NAME,target=VARIABLE"].',
  )
  const pinned = options.pin ? await pinImage(root, context) : { root, notes: unpinned(root) }
  const versioned =
    textOf(pinned.root, 'schema_version') === ''
      ? withMember(pinned.root, 'schema_version', { type: 'string', line: 1, value: schemaVersion })
      : pinned.root
  const name = textOf(root, 'name')
  const version = imageVersion(textOf(root, 'image'))
  return {
    ...parts(writeConfig(versioned, 'later', { indent: false }), { [`${annotation}.title`]: title }),
    // No `created`: a time that nobody knows is not invented, and the same file gives the same digest everywhere.
    annotations: {
      [`${annotation}.description`]:
        name === '' ? 'Runtime configuration' : `Runtime configuration for ${name}`,
      ...(name === '' ? {} : { [`${annotation}.title`]: name }),
      ...(version === undefined ? {} : { [`${annotation}.version`]: version }),
    },
    notes: [...left.map(reportLine), ...pinned.notes],
  }
}

function parts(
  layer: Uint8Array,
  annotations?: Readonly<Record<string, string>>,
): Pick<PackedManifest, 'artifactType' | 'config' | 'layers' | 'tag'> {
  return {
    artifactType,
    config: { ...part(emptyDescriptor.mediaType, emptyBytes()), inline: true },
    layers: [{ ...part(layerMediaType, layer), ...(annotations === undefined ? {} : { annotations }) }],
    tag: 'latest',
  }
}

function part(mediaType: string, bytes: Uint8Array): Part {
  return {
    mediaType,
    size: bytes.length,
    async *open() {
      yield Uint8Array.from(bytes)
    },
  }
}

function refuse(refused: readonly Sensitive[], source: Source, hint: string): void {
  if (refused.length === 0) return
  const where = refused.map(({ path }) => formatPath(path))
  const shown =
    where.length > 5 ? `${where.slice(0, 5).join(', ')} and ${where.length - 5} more` : where.join(', ')
  throw new OcishError('KIND_INPUT_REFUSED', `${source.name} holds what must not be published: ${shown}`, {
    hint,
    details: {
      refused: refused.map((item) => ({ path: formatPath(item.path), line: item.line, what: item.what })),
    },
  })
}

function warnOfAbsentVariables(config: ObjectNode, options: PublishOptions, context: KindContext): void {
  const variables = member(config, 'env_vars')
  for (const name of options.namedEnv) {
    const known = variables?.type === 'object' && member(variables, name) !== undefined
    if (!known) context.warn(`--allow-env ${name}: env_vars has no such variable`)
  }
}

function unpinned(config: ObjectNode): readonly string[] {
  const image = textOf(config, 'image')
  if (image === '' || parseImage(image)?.digest !== undefined) return []
  return ['image: not pinned by digest, what runs can change (--pin publishes its digest)']
}

/** The image by the digest that its tag has now; the tag stays for people to read. */
async function pinImage(
  config: ObjectNode,
  context: KindContext,
): Promise<{ readonly root: ObjectNode; readonly notes: readonly string[] }> {
  const text = textOf(config, 'image')
  const image = parseImage(text)
  if (image === undefined) {
    throw new OcishError('KIND_INPUT_INVALID', 'there is no image reference to pin', {
      hint: 'Leave out --pin.',
    })
  }
  if (image.digest !== undefined) return { root: config, notes: [] }
  const wanted = image.tag === undefined ? `${image.reference}:latest` : image.reference
  const { digest } = await context.lookup.resolve(wanted)
  context.signal.throwIfAborted()
  const line = member(config, 'image')?.line ?? config.line
  const root = withMember(config, 'image', { type: 'string', line, value: `${text}@${digest}` })
  return { root, notes: [`image: pinned to ${digest}`] }
}

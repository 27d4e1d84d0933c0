import { type Artifact, defineKind, type Descriptor, type Kind, OcishError } from '@ocish/sdk'
import { field } from './fields.ts'
import { maxPart, objectAt, parseObject, readPart, textAt, textsAt } from './read-part.ts'

/** A WebAssembly module or component (CNCF TAG Runtime, "Wasm OCI Artifact"). */
export interface Wasm {
  readonly form: 'module' | 'component' | 'unknown'
  readonly architecture?: string
  readonly os?: string
  readonly created?: string
  readonly author?: string
  readonly target?: string
  readonly exports: readonly string[]
  readonly imports: readonly string[]
  /** Bytes. */
  readonly size: number
}

const layerTypes = [
  'application/wasm',
  'application/vnd.wasm.content.layer.v1+wasm',
  'application/vnd.module.wasm.content.layer.v1+wasm',
]
const configTypes = [
  'application/vnd.wasm.config.v0+json',
  'application/vnd.wasm.config.v1+json',
  'application/vnd.module.wasm.config.v1+json',
]

/** Errors: KIND_INPUT_INVALID. */
function codeOf({ layers }: Artifact): Descriptor {
  const layer = layers.find(({ mediaType }) => layerTypes.includes(mediaType)) ?? layers[0]
  if (layer === undefined) throw new OcishError('KIND_INPUT_INVALID', 'the artifact has no WebAssembly layer')
  return layer
}

async function readWasm(artifact: Artifact): Promise<Wasm> {
  const layer = codeOf(artifact)
  const { config } = artifact
  const document =
    config !== undefined && configTypes.includes(config.mediaType)
      ? parseObject(await readPart(artifact, config), 'the configuration')
      : {}
  const component = objectAt(document, 'component')
  const [architecture, os, created, author, target] = [
    textAt(document, 'architecture'),
    textAt(document, 'os'),
    textAt(document, 'created'),
    textAt(document, 'author'),
    textAt(component, 'target'),
  ]
  return {
    form: layer.size > maxPart ? 'unknown' : formOf(await readPart(artifact, layer)),
    ...(architecture && { architecture }),
    ...(os && { os }),
    ...(created && { created }),
    ...(author && { author }),
    ...(target && { target }),
    exports: textsAt(component, 'exports'),
    imports: textsAt(component, 'imports'),
    size: layer.size,
  }
}

/** The preamble: `\0asm`, version, layer (WebAssembly core specification, "Modules"; component model, "Binary"). */
function formOf(bytes: Uint8Array): Wasm['form'] {
  const preamble = Buffer.from(bytes.subarray(0, 8)).toString('hex')
  if (!preamble.startsWith('0061736d')) return 'unknown'
  return preamble.endsWith('0100') ? 'component' : 'module'
}

const titleKey = 'org.opencontainers.image.title'

function nameOf({ annotations }: Descriptor): string {
  const title = annotations?.[titleKey] ?? ''
  return /^[^/\\\0]+$/.test(title) && title !== '.' && title !== '..' ? title : 'module.wasm'
}

/** WebAssembly modules and components. */
export const wasm: Kind<Wasm> = defineKind<Wasm>({
  name: 'wasm',
  match: [
    ...configTypes.map((configMediaType) => ({ configMediaType })),
    ...layerTypes.map((layerMediaType) => ({ layerMediaType })),
  ],
  read: readWasm,
  describe: (model) => ({
    title: `WebAssembly ${model.form === 'unknown' ? 'artifact' : model.form}`,
    fields: [
      ...field('form', model.form),
      ...field('platform', [model.os, model.architecture].filter((part) => part !== undefined).join('/')),
      ...field('target', model.target),
      ...field('imports', model.imports, 'list'),
      ...field('exports', model.exports, 'list'),
      ...field('author', model.author),
      ...field('created', model.created, 'time'),
      ...field('code', model.size, 'bytes'),
    ],
  }),
  async *list(artifact) {
    const layer = codeOf(artifact)
    const { mediaType, digest, size } = layer
    yield { path: nameOf(layer), kind: 'file', size, mediaType, digest, open: () => artifact.open(layer) }
  },
  async unpack(artifact, target) {
    const layer = codeOf(artifact)
    await target.write(nameOf(layer), artifact.open(layer))
  },
})

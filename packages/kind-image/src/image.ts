import { type Artifact, defineKind, type Description, docker, type Kind, oci } from '@ocish/sdk'
import { field } from './fields.ts'
import { listAt, objectAt, parseObject, readPart, textAt, textsAt } from './read-part.ts'
import { listRoot, unpackRoot } from './root/list-root.ts'

/** One step of an image's making. */
export interface HistoryStep {
  readonly by: string
  readonly created?: string
  readonly comment?: string
  /** It made no layer. */
  readonly empty: boolean
}

/** A container image: what its configuration says (image-spec, config.md). */
export interface Image {
  readonly platform: string
  readonly created?: string
  readonly author?: string
  readonly user?: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly workingFolder?: string
  readonly environment: readonly string[]
  readonly ports: readonly string[]
  readonly volumes: readonly string[]
  readonly stopSignal?: string
  readonly labels: Readonly<Record<string, string>>
  readonly history: readonly HistoryStep[]
  readonly layers: number
}

/** Reads the configuration of an image. Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
async function readImage(artifact: Artifact): Promise<Image> {
  const document =
    artifact.config === undefined
      ? {}
      : parseObject(await readPart(artifact, artifact.config), 'the configuration')
  const config = objectAt(document, 'config')
  const [created, author, user, workingFolder, stopSignal] = [
    textAt(document, 'created'),
    textAt(document, 'author'),
    textAt(config, 'User'),
    textAt(config, 'WorkingDir'),
    textAt(config, 'StopSignal'),
  ]
  return {
    platform: platformOf(document),
    ...(created && { created }),
    ...(author && { author }),
    ...(user && { user }),
    entrypoint: textsAt(config, 'Entrypoint'),
    command: textsAt(config, 'Cmd'),
    ...(workingFolder && { workingFolder }),
    environment: textsAt(config, 'Env'),
    ports: Object.keys(objectAt(config, 'ExposedPorts')),
    volumes: Object.keys(objectAt(config, 'Volumes')),
    ...(stopSignal && { stopSignal }),
    labels: texts(objectAt(config, 'Labels')),
    history: listAt(document, 'history').map(stepOf),
    layers: artifact.layers.length,
  }
}

function platformOf(document: Readonly<Record<string, unknown>>): string {
  const parts = ['os', 'architecture', 'variant'].map((name) => textAt(document, name))
  const version = textAt(document, 'os.version')
  const platform = parts.filter((part) => part !== undefined).join('/')
  return version === undefined ? platform : `${platform} ${version}`
}

function texts(value: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(pairs))
}

function stepOf(step: unknown): HistoryStep {
  const [created, comment] = [textAt(step, 'created'), textAt(step, 'comment')]
  return {
    by: textAt(step, 'created_by') ?? '',
    ...(created && { created }),
    ...(comment && { comment }),
    empty: typeof step === 'object' && step !== null && 'empty_layer' in step && step.empty_layer === true,
  }
}

function describeImage(model: Image): Description {
  return {
    title: `image ${model.platform}`.trim(),
    fields: [
      ...field('platform', model.platform),
      ...field('created', model.created, 'time'),
      ...field('author', model.author),
      ...field('entrypoint', model.entrypoint.join(' ')),
      ...field('command', model.command.join(' ')),
      ...field('user', model.user),
      ...field('working folder', model.workingFolder),
      ...field('ports', model.ports, 'list'),
      ...field('volumes', model.volumes, 'list'),
      ...field('environment', model.environment, 'list'),
      ...field('stop signal', model.stopSignal),
      ...field('labels', model.labels),
      ...field('history', model.history.map(historyLine), 'list'),
    ],
  }
}

/** `/bin/sh -c #(nop)` is what the classic builder put before what made no layer. */
function historyLine({ by, comment, empty }: HistoryStep): string {
  const step = by
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const text = step === '' ? (comment ?? '') : step
  return empty ? `${text} (no layer)` : text
}

/** Container images, where no other kind knows better. */
export const image: Kind<Image> = defineKind<Image>({
  name: 'image',
  match: [
    { generic: true, configMediaType: oci.config },
    { generic: true, configMediaType: docker.config },
  ],
  read: readImage,
  describe: describeImage,
  list: listRoot,
  unpack: unpackRoot,
})

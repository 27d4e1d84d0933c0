import {
  type Annotations,
  hasCode,
  OcishError,
  type PackedManifest,
  type Part,
  type Source,
} from '@ocish/sdk'
import type { Call } from '@ocish/shell'
import { askedAnnotations, merged, type AskedAnnotations } from './annotations.ts'
import { textArgs, textFlag } from './call-values.ts'
import { mediaTypeOfFile } from './file-media-type.ts'
import { fileNotFound } from './file-not-found.ts'
import { once, standardInput } from './input-file.ts'
import type { Services } from './services.ts'

const titleKey = 'org.opencontainers.image.title'
/** What oras writes when nobody says what it is. */
const unknownType = 'application/vnd.unknown.artifact.v1'
const unknownConfig = 'application/vnd.unknown.config.v1+json'

/**
 * One layer for each file, titled with its name. `defaultType` answers a missing `--artifact-type`.
 * Errors: FILE_NOT_FOUND, KIND_UNKNOWN (a folder), USAGE_CONFLICT (two files of one title).
 */
export async function packFiles(
  call: Call,
  services: Services,
  defaultType: (layers: readonly Part[]) => string = () => unknownType,
): Promise<PackedManifest> {
  const annotations = await askedAnnotations(call, services)
  const types = aligned(call, 'type')
  const titles = aligned(call, 'title')
  const files = textArgs(call, 'src').map((path, index) => ({
    path,
    type: types[index],
    title: titles[index],
  }))
  const layers = await Promise.all(files.map((file) => layerOf(file, call, services, annotations)))
  checkTitles(layers)
  const config = await configOf(call, services, annotations)
  const artifactType =
    textFlag(call, 'artifact-type') ?? (config === undefined ? defaultType(layers) : undefined)
  return {
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(config === undefined ? {} : { config }),
    layers,
    annotations: annotations.manifest,
  }
}

/** A positional flag: one value, or none, for each file. */
function aligned(call: Call, flag: string): readonly (string | undefined)[] {
  return (call.flags[flag] ?? []) as readonly (string | undefined)[]
}

interface FileWord {
  readonly path: string
  readonly type: string | undefined
  readonly title: string | undefined
}

async function layerOf(
  file: FileWord,
  call: Call,
  services: Services,
  asked: AskedAnnotations,
): Promise<Part> {
  if (file.path === '-') return unnamedInput(file, call, asked)
  const source = await openFile(file.path, call, services)
  const { size } = await source.stat('')
  const title = file.title ?? source.name
  return {
    mediaType: file.type ?? mediaTypeOfFile(source.name),
    annotations: titled(title, asked),
    size,
    open: () => source.open(''),
  }
}

async function openFile(path: string, call: Call, services: Services): Promise<Source> {
  let source: Source
  try {
    source = await services.source(path)
  } catch (error) {
    throw hasCode(error, 'FILE_NOT_FOUND') ? await fileNotFound(path, call, services, error) : error
  }
  if (source.type === 'file') return source
  throw new OcishError('KIND_UNKNOWN', `${path} is a folder that no kind recognises`, {
    hint: 'Name its files one by one, or say with --as which kind it is.',
  })
}

function unnamedInput(file: FileWord, call: Call, asked: AskedAnnotations): Part {
  if (file.title === undefined) {
    throw new OcishError('USAGE_MISSING_ARGUMENT', 'standard input has no name', {
      hint: 'Put --title NAME before the dash.',
    })
  }
  return {
    mediaType: file.type ?? mediaTypeOfFile(file.title),
    annotations: titled(file.title, asked),
    open: once(standardInput(call)),
  }
}

function titled(title: string, asked: AskedAnnotations): Annotations {
  return merged({ [titleKey]: title }, asked.file(title))
}

function checkTitles(layers: readonly Part[]): void {
  const seen = new Set<string>()
  for (const layer of layers) {
    const title = layer.annotations?.[titleKey] ?? ''
    if (seen.has(title)) {
      throw new OcishError('USAGE_CONFLICT', `two files have the title ${title}`, {
        hint: 'Put --title NAME before one of them.',
      })
    }
    seen.add(title)
  }
}

async function configOf(call: Call, services: Services, asked: AskedAnnotations): Promise<Part | undefined> {
  const path = textFlag(call, 'config')
  if (path === undefined) return undefined
  const source = await openFile(path, call, services)
  const { size } = await source.stat('')
  return {
    mediaType: textFlag(call, 'config-type') ?? unknownConfig,
    annotations: asked.config,
    size,
    open: () => source.open(''),
  }
}

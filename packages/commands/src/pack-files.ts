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
import { isSet, numberFlag, textArgs, textFlag } from './call-values.ts'
import { mediaTypeOfFile } from './file-media-type.ts'
import { fileNotFound, type PackingVerb } from './file-not-found.ts'
import { once, standardInput } from './input-file.ts'
import type { Services } from './services.ts'

const titleKey = 'org.opencontainers.image.title'
/** What oras writes when nobody says what it is. */
const unknownType = 'application/vnd.unknown.artifact.v1'
const unknownConfig = 'application/vnd.unknown.config.v1+json'

/**
 * One layer for each file, titled with its name; a folder becomes one archive, as with oras. `defaultType` answers a
 * missing `--artifact-type`. Errors: FILE_NOT_FOUND, USAGE_CONFLICT (two of one title), USAGE_INVALID_VALUE (a title that no
 * pull would take), those of `packFolder`.
 */
export async function packFiles(
  call: Call,
  services: Services,
  verb: PackingVerb,
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
  const layers = await Promise.all(files.map((file) => layerOf(file, verb, call, services, annotations)))
  const layerTitles = checkTitles(layers)
  for (const name of annotations.unused(layerTitles))
    services.note(
      `--annotation-file has a section ${JSON.stringify(name)}, and no file of that title is pushed`,
    )
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
  verb: PackingVerb,
  call: Call,
  services: Services,
  asked: AskedAnnotations,
): Promise<Part> {
  if (file.path === '-') return unnamedInput(file, call, asked)
  const source = await openPath(file.path, verb, call, services)
  const title = file.title ?? source.name
  if (source.type === 'folder') return folderPart(source, { ...file, title }, call, services, asked)
  const { size } = await source.stat('')
  return {
    mediaType: file.type ?? mediaTypeOfFile(source.name),
    annotations: titled(title, asked),
    size,
    open: () => source.open(''),
  }
}

async function folderPart(
  source: Source,
  file: FileWord & { readonly title: string },
  call: Call,
  services: Services,
  asked: AskedAnnotations,
): Promise<Part> {
  const level = numberFlag(call, 'level')
  const compression = compressionOf(call)
  checkLevel(compression, level)
  return services.packFolder(source, {
    title: checkedFolderTitle(file.title),
    ...(file.type === undefined ? {} : { mediaType: file.type }),
    compression,
    ...(level === undefined ? {} : { level }),
    preservePermissions: isSet(call, 'preserve-permissions'),
    annotations: titled(file.title, asked),
    signal: call.signal,
  })
}

function compressionOf(call: Call): 'gzip' | 'zstd' | 'none' {
  const text = textFlag(call, 'compression')
  return text === 'zstd' || text === 'none' ? text : 'gzip'
}

/** Errors: USAGE_INVALID_VALUE. */
function checkLevel(compression: 'gzip' | 'zstd' | 'none', level: number | undefined): void {
  const most = { gzip: 9, zstd: 19, none: 0 }[compression]
  if (level === undefined || (level >= 1 && level <= most)) return
  throw new OcishError(
    'USAGE_INVALID_VALUE',
    compression === 'none' ? '--level needs a compression' : `--level ${level} is none of ${compression}`,
    { hint: compression === 'none' ? 'Leave --level out.' : `Give a level from 1 to ${most}.` },
  )
}

/** A folder's title is where it will be unpacked: it must be a path that stays inside. */
function checkedFolderTitle(title: string): string {
  const parts = title.split('/')
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..')) return title
  throw new OcishError('USAGE_INVALID_VALUE', `${JSON.stringify(title)} is no title of a folder`, {
    hint: 'Give a relative path without . and .. with --title before the folder.',
  })
}

async function openFile(path: string, services: Services): Promise<Source> {
  const source = await services.source(path)
  if (source.type === 'file') return source
  throw new OcishError('FILE_FAILED', `${path} is a folder, and a file is wanted`)
}

/** A file or folder to be packed. Errors: FILE_NOT_FOUND, USAGE_INVALID_VALUE (something else was meant), FILE_FAILED. */
export async function openPath(
  path: string,
  verb: PackingVerb,
  call: Call,
  services: Services,
): Promise<Source> {
  try {
    return await services.source(path)
  } catch (error) {
    throw hasCode(error, 'FILE_NOT_FOUND') ? await fileNotFound(path, verb, call, services, error) : error
  }
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

/** The titles, no two of them the same. */
function checkTitles(layers: readonly Part[]): readonly string[] {
  const seen = new Set<string>()
  for (const layer of layers) {
    const title = layer.annotations?.[titleKey] ?? ''
    if (!isPullable(title)) {
      throw new OcishError(
        'USAGE_INVALID_VALUE',
        `no pull takes a file of the name ${JSON.stringify(title)}`,
        {
          hint: 'Put --title NAME before it.',
        },
      )
    }
    if (seen.has(title)) {
      throw new OcishError('USAGE_CONFLICT', `two files have the title ${title}`, {
        hint: 'Put --title NAME before one of them.',
      })
    }
    seen.add(title)
  }
  return [...seen]
}

/** Whether it is a path below a folder that anybody would write to. */
function isPullable(title: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(title)) return false
  const parts = title.replace(/\/+$/, '').split('/')
  return parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

async function configOf(call: Call, services: Services, asked: AskedAnnotations): Promise<Part | undefined> {
  const path = textFlag(call, 'config')
  if (path === undefined) return undefined
  const source = await openFile(path, services)
  const { size } = await source.stat('')
  return {
    mediaType: textFlag(call, 'config-type') ?? unknownConfig,
    annotations: asked.config,
    size,
    open: () => source.open(''),
  }
}

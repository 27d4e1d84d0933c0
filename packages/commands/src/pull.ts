import { type Manifest, OcishError } from '@ocish/sdk'
import type { Call, Row } from '@ocish/shell'
import { artifactKind } from './artifact-kind.ts'
import { isSet, optionalTextArg, textArg, textFlag } from './call-values.ts'
import { Downloads } from './downloads.ts'
import { kindOptions } from './kind-options.ts'
import { openArtifact, readSingle, type Named, type ReadManifest } from './open-artifact.ts'
import { pathChoice, type PathChoice } from './path-choice.ts'
import { recorded, type WrittenFile } from './recorded-target.ts'
import type { FileTarget, KindInfo, Services } from './services.ts'
import { titledLayers, type TitledLayer } from './titled-layers.ts'
import type { Run } from './run.ts'
import { writeFiles } from './write-files.ts'

export const run: Run = async function* run(call, services) {
  const { signal } = call
  const folder = optionalTextArg(call, 'folder')
  const artifact = await openArtifact(textArg(call, 'ref'), services, signal)
  const read = await readSingle(artifact, services, signal)
  const info = await artifactKind(artifact, read, call, services)
  kindOptions(call, info, services.kinds.list())
  const marker = isSet(call, 'unpack') ? info?.marker : undefined
  if (marker !== undefined && !isSet(call, 'force')) {
    const { digest } = read.content.descriptor
    if ((await services.unpackedDigest(folder ?? '.', marker)) === digest) {
      yield { ...transferRow(artifact, folder ?? '.', 0, 0, 'up to date'), digest }
      return
    }
  }
  const downloads = new Downloads(artifact.registry, call)
  const { fill, names } = await filling(info, { ...artifact, registry: downloads }, read, call, services)
  if (services.options.dryRun) {
    yield* planned(artifact, wantedLayers(read.manifest, pathChoice(call)), folder)
    return
  }
  const options = {
    force: isSet(call, 'force'),
    merge: folder === undefined && !isSet(call, 'unpack'),
    ...(marker === undefined ? {} : { marker }),
    ...(names === undefined ? {} : { names }),
    signal,
  }
  const files: WrittenFile[] = []
  try {
    await services.target(folder ?? '.', options, (target) => fill(target, (file) => files.push(file)))
    await downloads.drop()
  } finally {
    await downloads.release()
  }
  yield* writtenRows(artifact, read.manifest, folder, files)
}

/** An artifact whose blobs are downloads. */
interface Downloaded extends Named {
  readonly registry: Downloads
}

interface Filling {
  readonly fill: (target: FileTarget, wrote: (file: WrittenFile) => void) => Promise<void>
  /** What it writes, where that is known before. */
  readonly names?: readonly string[]
}

/**
 * What writes the files: a kind that is more than generic, or any with `--unpack` and where nothing has a title; else the
 * titled layers. A choice of files is one among titles.
 */
async function filling(
  info: KindInfo | undefined,
  artifact: Downloaded,
  read: ReadManifest,
  call: Call,
  services: Services,
): Promise<Filling> {
  const choice = pathChoice(call)
  const files = wantedLayers(read.manifest, choice)
  // An option of the kind (`--verify`) must not be passed over because files have titles, too.
  const asked = textFlag(call, 'as') !== undefined || Object.keys(call.options).length > 0
  const forced = isSet(call, 'unpack') || (info !== undefined && asked)
  if (choice !== undefined && forced) {
    throw new OcishError(
      'USAGE_CONFLICT',
      '--include and --exclude choose among files, not of what a kind unpacks',
    )
  }
  if (choice !== undefined && files.length === 0) {
    throw new OcishError('PATH_NOT_FOUND', `no file of ${artifact.location.text} is chosen`, {
      hint: `List them with ls ${artifact.location.text}.`,
    })
  }
  const isSpecific = info?.match.some(({ generic }) => generic !== true) === true
  const titled: Filling = {
    fill: (target, wrote) => {
      const { repository, registry: downloads } = artifact
      return writeFiles(files, { repository, downloads, target, call, services, wrote })
    },
    names: files.filter(({ isFolder }) => !isFolder).map(({ title }) => title),
  }
  if (!forced && files.length > 0 && (choice !== undefined || !isSpecific)) return titled
  // A root file system in the working folder is hardly what was meant.
  const meant = forced || call.args['folder'] !== undefined || isSpecific
  const unpack = info && meant ? await unpackOf(info, artifact, read, call, services) : undefined
  if (unpack !== undefined) return { fill: unpack }
  if (files.length > 0 && !isSet(call, 'unpack')) return titled
  throw new OcishError('UNSUPPORTED', `nothing in ${artifact.location.text} has the name of a file`, {
    hint: `Unpack it with --unpack, copy it as it is with cp ${artifact.location.text} oci:FOLDER, or print a layer with cat --layer N.`,
  })
}

async function unpackOf(
  info: KindInfo,
  artifact: Named,
  read: ReadManifest,
  call: Call,
  services: Services,
): Promise<Filling['fill'] | undefined> {
  const kind = await services.kinds.load(info.name)
  if (kind.unpack === undefined) return undefined
  const context = services.kinds.context(kind, kindOptions(call, info, services.kinds.list()), call.signal)
  const content = services.kinds.artifact(artifact, read.content, call.signal)
  return (target, wrote) => kind.unpack!(content, recorded(target, wrote), context)
}

/** The titled layers that are wanted; of a folder, what is in it is chosen when it is unpacked. */
function wantedLayers(manifest: Manifest, choice: PathChoice | undefined): readonly TitledLayer[] {
  const all = titledLayers(manifest)
  const wanted = choice === undefined ? all : all.filter(({ title, isFolder }) => isFolder || choice(title))
  return onceEach(wanted)
}

/** Without the repetition of one and the same. Errors: TARGET_UNSAFE, where one name stands for two contents. */
function onceEach(layers: readonly TitledLayer[]): readonly TitledLayer[] {
  const byTitle = new Map<string, TitledLayer>()
  for (const one of layers) {
    const other = byTitle.get(one.title)
    if (other !== undefined && (other.layer.digest !== one.layer.digest || other.isFolder !== one.isFolder)) {
      throw new OcishError('TARGET_UNSAFE', `two layers have the name ${JSON.stringify(one.title)}`, {
        hint: 'Print each of them with cat --layer N.',
      })
    }
    byTitle.set(one.title, one)
  }
  return [...byTitle.values()]
}

/** In the order of the layers, whatever order they arrived in. */
function writtenRows(
  artifact: Named,
  manifest: Manifest,
  folder: string | undefined,
  files: readonly WrittenFile[],
): readonly Row[] {
  const titled = titledLayers(manifest)
  const at = ({ path }: WrittenFile): number =>
    titled.findIndex(({ title, isFolder }) => title === path || (isFolder && path.startsWith(`${title}/`)))
  return files
    .toSorted((one, other) => at(one) - at(other))
    .map((file) => {
      const of = titled[at(file)]
      const digest = of?.isFolder === true ? undefined : of?.layer.digest
      const row = transferRow(artifact, pathIn(folder, file.path), file.bytes, file.ms, 'done')
      return digest === undefined ? row : { ...row, digest }
    })
}

function pathIn(folder: string | undefined, path: string): string {
  if (folder === undefined) return path
  return path === '' ? folder : `${folder.replace(/\/+$/, '')}/${path}`
}

function transferRow(artifact: Named, path: string, bytes: number, ms: number, status: string): Row {
  return { ref: artifact.location.text, path, bytes, reused: 0, mounted: 0, ms, status }
}

function* planned(
  artifact: Named,
  files: readonly TitledLayer[],
  folder: string | undefined,
): Generator<Row, void> {
  for (const { title, layer } of files) {
    yield { ...transferRow(artifact, pathIn(folder, title), layer.size, 0, 'planned'), digest: layer.digest }
  }
}

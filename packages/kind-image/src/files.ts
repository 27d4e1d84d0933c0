import { decompressed, entryPath, extractTar, readTar } from '@ocish/archive'
import {
  type Artifact,
  defineKind,
  type Descriptor,
  type Kind,
  type KindContext,
  type OpenBytes,
  type Target,
  type TreeEntry,
} from '@ocish/sdk'
import { field } from './fields.ts'

/** A file, or a folder that travels as one archive. */
export interface BundledFile {
  readonly path: string
  readonly folder: boolean
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Titled layers, as oras writes them. */
export interface FileBundle {
  readonly files: readonly BundledFile[]
}

const titleKey = 'org.opencontainers.image.title'
/** oras writes a folder as one compressed archive with this mark. */
const folderKey = 'io.deis.oras.content.unpack'

function isFolder(layer: Descriptor): boolean {
  return layer.annotations?.[folderKey] === 'true'
}

/** Titles as they were written: to be shown, whatever they hold. */
function titled({ layers }: Artifact): readonly { readonly title: string; readonly layer: Descriptor }[] {
  return layers.flatMap((layer) => {
    const title = layer.annotations?.[titleKey]
    return title === undefined || title === '' ? [] : [{ title, layer }]
  })
}

/** Titles as paths. Errors: ARCHIVE_UNSAFE. */
function placed(artifact: Artifact): readonly { readonly path: string; readonly layer: Descriptor }[] {
  return titled(artifact).map(({ title, layer }) => ({ path: entryPath(title), layer }))
}

async function* listFiles(
  artifact: Artifact,
  { signal }: KindContext,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }, void> {
  for (const { path, layer } of placed(artifact)) {
    const { mediaType, digest, size } = layer
    if (isFolder(layer)) yield* listFolder(artifact, path, layer, signal)
    else yield { path, kind: 'file', size, mediaType, digest, open: () => artifact.open(layer) }
  }
}

/** The archive's own paths begin with the folder's name. */
async function* listFolder(
  artifact: Artifact,
  folder: string,
  layer: Descriptor,
  signal: AbortSignal,
): AsyncGenerator<TreeEntry & { readonly open?: OpenBytes }, void> {
  for await (const member of readTar(decompressed(artifact.open(layer)))) {
    signal.throwIfAborted()
    const path = entryPath(member.path)
    if (path === '') continue
    const { type, size, mode, mtime, target } = member
    const known = type === 'file' || type === 'folder' || type === 'link' || type === 'hardlink'
    const entry = { path: below(folder, path), size, mode, mtime, ...(target !== undefined && { target }) }
    yield type === 'file'
      ? { ...entry, kind: 'file', open: () => member.content }
      : { ...entry, kind: known ? type : 'other' }
  }
}

function below(folder: string, path: string): string {
  return path === folder || path.startsWith(`${folder}/`) ? path : `${folder}/${path}`
}

async function unpackFiles(artifact: Artifact, target: Target, { signal }: KindContext): Promise<void> {
  for (const { path, layer } of placed(artifact)) {
    // One part at a time: each is written as it arrives.
    if (isFolder(layer)) await extractTar(artifact.open(layer), inside(target, path), { signal })
    else await target.write(path, artifact.open(layer))
  }
}

/** oras and others differ in whether the paths of the archive begin with the folder's name. */
function inside(target: Target, folder: string): Target {
  return {
    write: (path, content, options) => target.write(below(folder, path), content, options),
    folder: (path, options) => target.folder(below(folder, path), options),
    link: (path, to) => target.link(below(folder, path), to),
    ...(target.hardlink && {
      hardlink: async (path, existing) => target.hardlink?.(below(folder, path), below(folder, existing)),
    }),
  }
}

/** Bundles of files and folders, where no other kind knows better. */
export const files: Kind<FileBundle> = defineKind<FileBundle>({
  name: 'files',
  match: [
    { generic: true, artifactType: 'application/vnd.unknown.artifact.v1' },
    { generic: true, configMediaType: 'application/vnd.unknown.config.v1+json' },
  ],
  async read(artifact) {
    return {
      files: titled(artifact).map(({ title: path, layer }) => {
        const { mediaType, digest, size } = layer
        return { path, folder: isFolder(layer), mediaType, digest, size }
      }),
    }
  },
  describe({ files: all }) {
    const names = all.map(({ path, folder }) => (folder ? `${path}/` : path))
    const [first] = names
    return {
      title: names.length === 1 && first !== undefined ? first : `${names.length} files`,
      fields: [...field('files', names, 'list')],
    }
  },
  list: listFiles,
  unpack: unpackFiles,
})

import type { Descriptor, Manifest } from '@ocish/sdk'

/** A layer with the name of a file, or of the folder that it holds as an archive. */
export interface TitledLayer {
  readonly title: string
  readonly layer: Descriptor
  readonly isFolder: boolean
  /** Of the uncompressed archive of a folder, where the layer names it. */
  readonly digest?: string
}

export const titleKey = 'org.opencontainers.image.title'
/** oras writes a folder as one compressed archive with this mark. */
const unpackKey = 'io.deis.oras.content.unpack'
const digestKey = 'io.deis.oras.content.digest'

/** In the order of the manifest. */
export function titledLayers(manifest: Manifest): readonly TitledLayer[] {
  return layersOf(manifest).flatMap((layer) => {
    const title = layer.annotations?.[titleKey]
    // oras, too, takes an empty one for none.
    if (title === undefined || title === '') return []
    const isFolder = layer.annotations?.[unpackKey] === 'true'
    const digest = layer.annotations?.[digestKey]
    return [
      {
        // A folder's name may end with a slash, as a person typed it.
        title: isFolder ? title.replace(/\/+$/, '') : title,
        layer,
        isFolder,
        ...(digest === undefined ? {} : { digest }),
      },
    ]
  })
}

/** Layers of an image manifest, blobs of an artifact manifest, none for an index. */
export function layersOf(manifest: Manifest): readonly Descriptor[] {
  if (manifest.form === 'image') return manifest.layers
  return manifest.form === 'artifact' ? manifest.blobs : []
}

import { compressed, writeTar, type TarInput } from '@ocish/archive'
import { docker, oci, type Annotations, type Part } from '@ocish/sdk'
import { gathered } from './gathered.ts'
import type { ImageOptions } from './image-options.ts'
import { reusedGzip, type ReusableInput } from './reused-gzip.ts'

/** A layer of these entries. Opened again, it gives the same bytes. */
export function layerPart(
  entries: () => AsyncIterable<TarInput | ReusableInput>,
  options: ImageOptions,
  annotations?: Annotations,
): Part {
  const { compression, format, level } = options
  const isDocker = format === 'docker'
  const extra = annotations === undefined ? {} : { annotations }
  if (compression === 'reuse')
    return {
      mediaType: isDocker ? docker.layerGzip : oci.layerGzip,
      open: () => gathered(reusedGzip(entries())),
      ...extra,
    }
  const mediaTypes = isDocker
    ? { none: docker.layer, gzip: docker.layerGzip, zstd: docker.layerZstd }
    : { none: oci.layer, gzip: oci.layerGzip, zstd: oci.layerZstd }
  return {
    mediaType: mediaTypes[compression],
    open: () => compressed(gathered(writeTar(entries())), compression, level === undefined ? {} : { level }),
    ...extra,
  }
}

import { compressed, writeTar, type TarInput } from '@ocish/archive'
import {
  createDigester,
  docker,
  oci,
  type Annotations,
  type Bytes,
  type Digester,
  type Part,
} from '@ocish/sdk'
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
  const mediaTypes =
    format === 'docker'
      ? { none: docker.layer, gzip: docker.layerGzip, zstd: docker.layerZstd, reuse: docker.layerGzip }
      : { none: oci.layer, gzip: oci.layerGzip, zstd: oci.layerZstd, reuse: oci.layerGzip }
  const part = { mediaType: mediaTypes[compression], ...(annotations !== undefined && { annotations }) }
  // Its own digest is that of the uncompressed bytes.
  if (compression === 'none') return { ...part, open: () => gathered(writeTar(entries())) }
  if (compression === 'reuse')
    return { ...part, ...withDiffId((plain) => gathered(reusedGzip(entries(), plain))) }
  const settings = level === undefined ? {} : { level }
  const pack = (plain: Digester): Bytes =>
    compressed(writeTar(entries()), compression, { ...settings, plain })
  return { ...part, ...withDiffId(pack) }
}

/** `pack` tells the digester every byte before it compresses it, so that nobody has to decompress them again. */
function withDiffId(pack: (plain: Digester) => Bytes): Required<Pick<Part, 'open' | 'diffId'>> {
  let diffId: string | undefined
  return {
    async *open() {
      const plain = createDigester()
      yield* pack(plain)
      diffId = plain.digest()
    },
    diffId() {
      if (diffId === undefined) throw new TypeError('the layer has not been read to its end')
      return diffId
    },
  }
}

import { type Artifact, type Bytes, docker, oci, OcishError } from '@ocish/sdk'

/** The merged root file system of an image as a tar. Errors: UNSUPPORTED (no image), ARCHIVE_INVALID, LIMIT_EXCEEDED. */
export async function* exportRoot(
  image: Artifact,
  signal: AbortSignal,
): Bytes & AsyncGenerator<Uint8Array, void> {
  const type = image.config?.mediaType
  if (type !== oci.config && type !== docker.config) {
    throw new OcishError(
      'UNSUPPORTED',
      `an artifact of type ${image.artifactType ?? 'unknown'} has no root file system`,
      {
        hint: 'Write its files with pull.',
      },
    )
  }
  const { exportRoot: merged } = await import('@ocish/kind-image')
  yield* merged(image, signal)
}

import { type Artifact, type Descriptor, type Field, OcishError } from '@ocish/sdk'

/** The artifact types of sigstore bundles. */
export const bundleTypes: readonly string[] = [
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
]

/** An unsigned hint at what a bundle says. */
export const predicateAnnotation = 'dev.sigstore.bundle.predicateType'

/** What stands first in the description of everything that could be verified and was not. */
export const unchecked: Field = { label: 'verified', value: 'not checked' }

export function isBundle({ artifactType, layers }: Artifact): boolean {
  return [artifactType, layers[0]?.mediaType].some((type) =>
    type?.startsWith('application/vnd.dev.sigstore.bundle'),
  )
}

/** The first layer. Errors: KIND_INPUT_INVALID. */
export function layerOf({ layers }: Artifact): Descriptor {
  const [layer] = layers
  if (layer === undefined) throw new OcishError('KIND_INPUT_INVALID', 'the artifact has no layer')
  return layer
}

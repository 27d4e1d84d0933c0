import { docker, type Manifest, manifestArtifactType, oci } from '@ocish/sdk'

/** Artifact types that need no kind to be named. */
const knownTypes: readonly (readonly [RegExp, string])[] = [
  [/^application\/(?:spdx\+json|vnd\.cyclonedx|vnd\.syft|spdx)/, 'sbom'],
  [/in-toto|slsa/, 'attestation'],
  [/cosign.*(?:simplesigning|signature)|notary.*signature|sigstore\.bundle/, 'signature'],
  [/helm\.(?:config|chart)/, 'helm-chart'],
  [/wasm/, 'wasm'],
]

/** One word for an artifact that no kind recognises: `image`, `index`, `sbom`, … else `artifact`. */
export function genericKind(manifest: Manifest): string {
  if (manifest.form === 'index') return 'index'
  const type = artifactTypeOf(manifest)
  if (type === oci.config || type === docker.config) return 'image'
  return genericKindOfType(type)
}

/** As `genericKind`, where only the artifact type is known (a referrer's descriptor). */
export function genericKindOfType(artifactType: string | undefined): string {
  return knownTypes.find(([pattern]) => pattern.test(artifactType ?? ''))?.[1] ?? 'artifact'
}

/** As sdk's `manifestArtifactType`, but the empty configuration says nothing. */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  const type = manifestArtifactType(manifest)
  return type === oci.empty ? undefined : type
}

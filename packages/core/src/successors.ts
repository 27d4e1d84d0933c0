import { type Descriptor, isForeignLayer, type Manifest } from '@ocish/sdk'

/** What a manifest points down to, in the order of the document: the configuration first; the subject is not one. */
export function successors(manifest: Manifest): readonly Descriptor[] {
  switch (manifest.form) {
    case 'image':
      return [manifest.config, ...manifest.layers]
    case 'index':
      return manifest.manifests
    case 'artifact':
      return manifest.blobs
    default:
      return manifest satisfies never
  }
}

/** The successors a registry must hold before it takes the manifest: all but those whose content lives elsewhere. */
export function requiredParts(manifest: Manifest): readonly Descriptor[] {
  return successors(manifest).filter((part) => !isForeignLayer(part) && (part.urls ?? []).length === 0)
}

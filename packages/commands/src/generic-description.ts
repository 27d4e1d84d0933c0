import { formatPlatform } from '@ocish/core'
import type { Description, Descriptor, Field, FieldValue, Manifest } from '@ocish/sdk'
import type { ArtifactFacts } from './artifact-facts.ts'
import type { Named, ReadManifest } from './open-artifact.ts'

const titleKey = 'org.opencontainers.image.title'

/** What can be said of an artifact that no kind recognises: never an error. */
export function genericDescription(artifact: Named, manifest: Manifest): Description {
  const annotations = manifest.annotations ?? {}
  const summary = annotations['org.opencontainers.image.description']
  return {
    title: annotations[titleKey] ?? `${artifact.display}:${artifact.tag ?? artifact.reference}`,
    ...(summary === undefined ? {} : { summary }),
    fields: partFields(manifest),
  }
}

function partFields(manifest: Manifest): readonly Field[] {
  if (manifest.form === 'index') {
    return [{ label: 'entries', value: manifest.manifests.map(entryText), format: 'list' }]
  }
  const parts = manifest.form === 'image' ? manifest.layers : manifest.blobs
  const titled = parts.filter((part) => part.annotations?.[titleKey] !== undefined)
  if (titled.length === 0) return []
  return [{ label: 'files', value: titled.map((part) => part.annotations![titleKey]!), format: 'list' }]
}

function entryText(entry: Descriptor): string {
  const name =
    entry.platform === undefined ? (entry.artifactType ?? entry.mediaType) : formatPlatform(entry.platform)
  return `${name} ${entry.digest}`
}

/** The facts below every kind's view. */
export function genericFields(
  artifact: Named,
  read: ReadManifest,
  facts: ArtifactFacts,
  options: { readonly layers: boolean },
): readonly Field[] {
  const { manifest, content } = read
  const layers =
    manifest.form === 'image' ? manifest.layers : manifest.form === 'artifact' ? manifest.blobs : []
  const list: (Field | undefined)[] = [
    { label: 'kind', value: facts.kind },
    { label: 'repository', value: artifact.display, format: 'ref' },
    text('tag', artifact.tag),
    { label: 'digest', value: content.descriptor.digest, format: 'digest' },
    { label: 'media type', value: content.descriptor.mediaType },
    text('artifact type', facts.artifactType),
    facts.created === undefined
      ? undefined
      : { label: 'created', value: facts.created.toISOString(), format: 'time' },
    facts.size === undefined ? undefined : { label: 'size', value: facts.size, format: 'bytes' },
    manifest.form === 'index' ? undefined : { label: 'layers', value: layers.length },
    facts.platforms === undefined
      ? undefined
      : { label: 'platforms', value: facts.platforms, format: 'list' },
    text('subject', manifest.subject?.digest),
    annotationsField(manifest),
    options.layers ? { label: 'blobs', value: layers.map(layerValue) } : undefined,
  ]
  return list.filter((field) => field !== undefined)
}

function text(label: string, value: string | undefined): Field | undefined {
  return value === undefined ? undefined : { label, value }
}

function annotationsField(manifest: Manifest): Field | undefined {
  const annotations = manifest.annotations
  if (annotations === undefined || Object.keys(annotations).length === 0) return undefined
  return { label: 'annotations', value: annotations }
}

function layerValue(layer: Descriptor): FieldValue {
  return { digest: layer.digest, mediaType: layer.mediaType, size: layer.size }
}

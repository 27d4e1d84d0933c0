import { type Artifact, defineKind, type Kind } from '@ocish/sdk'
import { field } from '../fields.ts'
import { readPart } from '../read-part.ts'
import { bundleTypes, isBundle, layerOf, predicateAnnotation, unchecked } from './attached.ts'
import { type Envelope, readBundle } from './bundle.ts'
import { envelopeFields } from './envelope-fields.ts'
import { readSbomDocument, type SbomDocument } from './sbom-document.ts'

const documentTypes = [
  'application/spdx+json',
  'application/vnd.cyclonedx+json',
  'application/vnd.cyclonedx+xml',
  'application/vnd.syft+json',
  'text/spdx',
  'text/spdx+json',
  'text/spdx+xml',
]

/** A software bill of materials: a plain document, which nobody signed, or the predicate of a bundle. */
export type Sbom =
  | { readonly signed: false; readonly document: SbomDocument; readonly subject?: string }
  | { readonly signed: true; readonly envelope: Envelope; readonly subject?: string }

async function readSbom(artifact: Artifact): Promise<Sbom> {
  const subject = artifact.subject && { subject: artifact.subject.digest }
  const layer =
    artifact.layers.find(({ mediaType }) => documentTypes.includes(mediaType)) ?? layerOf(artifact)
  const bytes = await readPart(artifact, layer)
  if (isBundle(artifact)) return { signed: true, envelope: readBundle(bytes), ...subject }
  return { signed: false, document: readSbomDocument(bytes, layer.mediaType), ...subject }
}

/** Software bills of materials. */
export const sbom: Kind<Sbom> = defineKind<Sbom>({
  name: 'sbom',
  match: [
    ...documentTypes.flatMap((type) => [{ artifactType: type }, { layerMediaType: type }]),
    { artifactType: 'application/vnd.dev.cosign.artifact.sbom.v1+json' },
    ...bundleTypes.flatMap((artifactType) =>
      ['https://spdx.dev/Document', 'https://cyclonedx.org/bom'].map((predicate) => ({
        artifactType,
        annotation: `${predicateAnnotation}=${predicate}`,
      })),
    ),
  ],
  read: readSbom,
  describe(model) {
    const subject = field('subject', model.subject, 'digest')
    if (model.signed)
      return {
        title: 'sbom (cosign bundle)',
        fields: [unchecked, ...subject, ...envelopeFields(model.envelope)],
      }
    const { format, version, name, created, tools, packages, licences } = model.document
    return {
      title: `sbom ${[format, version].filter(Boolean).join(' ')}`,
      fields: [
        { label: 'verified', value: 'unsigned' },
        ...subject,
        ...field('format', [format, version].filter(Boolean).join(' ')),
        ...field('document', name),
        ...field('created', created, 'time'),
        ...field('tools', tools, 'list'),
        ...field('packages', packages),
        ...field('licences', licences, 'list'),
      ],
    }
  },
})

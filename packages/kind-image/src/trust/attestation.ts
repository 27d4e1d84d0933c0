import { type Artifact, defineKind, type Descriptor, type Kind, OcishError } from '@ocish/sdk'
import { field } from '../fields.ts'
import { readPart } from '../read-part.ts'
import { bundleTypes, isBundle, unchecked } from './attached.ts'
import { type Envelope, readBundle, readDsse } from './bundle.ts'
import { envelopeFields } from './envelope-fields.ts'
import { parseStatement, predicateKind } from './statement.ts'

const dsseType = 'application/vnd.dsse.envelope.v1+json'
const statementType = 'application/vnd.in-toto+json'

/** Attestations of one artifact: bundles, bare envelopes, or unsigned statements. Nothing of it is verified. */
export interface Attestation {
  readonly signed: boolean
  readonly count: number
  readonly envelopes: readonly Envelope[]
  readonly subject?: string
}

const shown = 20

async function readAttestation(artifact: Artifact): Promise<Attestation> {
  const layers = artifact.layers.filter((layer) => isBundle(artifact) || isEnvelope(layer))
  if (layers.length === 0) throw new OcishError('KIND_INPUT_INVALID', 'the artifact has no attestation')
  const envelopes: Envelope[] = []
  for (const layer of layers.slice(0, shown)) {
    // In the order of the layers.
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await readPart(artifact, layer)
    if (isBundle(artifact)) envelopes.push(readBundle(bytes))
    else if (layer.mediaType === dsseType) envelopes.push(readDsse(bytes))
    else envelopes.push({ form: 'in-toto statement', timestamp: false, statement: parseStatement(bytes) })
  }
  return {
    signed: layers.every(({ mediaType }) => mediaType !== statementType),
    count: layers.length,
    envelopes,
    ...(artifact.subject && { subject: artifact.subject.digest }),
  }
}

function isEnvelope({ mediaType }: Descriptor): boolean {
  return mediaType === dsseType || mediaType === statementType
}

/** Attestations of cosign and BuildKit. */
export const attestation: Kind<Attestation> = defineKind<Attestation>({
  name: 'attestation',
  match: [
    ...bundleTypes.map((artifactType) => ({ artifactType })),
    { artifactType: statementType },
    { layerMediaType: dsseType },
    { layerMediaType: statementType },
  ],
  read: readAttestation,
  describe({ signed, count, envelopes, subject }) {
    const kinds = new Set(envelopes.map(({ statement }) => predicateKind(statement?.predicateType ?? '')))
    return {
      title: `${count === 1 ? '' : `${count} attestations: `}${[...kinds].join(', ')}`,
      fields: [
        signed ? unchecked : { label: 'verified', value: 'unsigned' },
        ...field('subject', subject, 'digest'),
        ...envelopes.flatMap((envelope, at) =>
          envelopeFields(envelope).map((one) =>
            count === 1 ? one : { ...one, label: `${one.label} #${at + 1}` },
          ),
        ),
      ],
    }
  },
})

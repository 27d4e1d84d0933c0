import { type Artifact, defineKind, type Description, type Field, type Kind, OcishError } from '@ocish/sdk'
import { field } from '../fields.ts'
import { readPart } from '../read-part.ts'
import { bundleTypes, isBundle, layerOf, predicateAnnotation, unchecked } from './attached.ts'
import { type Envelope, readBundle } from './bundle.ts'
import { envelopeFields } from './envelope-fields.ts'
import { type NotationSignature, readNotation } from './notation.ts'
import { readSimpleSignature, type SimpleSignature, simpleSigningType } from './simple-signing.ts'

/** A signature in one of the forms that registries hold (specs: trust §1). Nothing of it is verified. */
export type Signature =
  | {
      readonly form: 'cosign'
      readonly count: number
      readonly signatures: readonly SimpleSignature[]
      readonly subject?: string
    }
  | { readonly form: 'bundle'; readonly bundle: Envelope; readonly subject?: string }
  | { readonly form: 'notation'; readonly signature: NotationSignature; readonly subject?: string }

const notationType = 'application/vnd.cncf.notary.signature'
const shown = 20

async function readSignature(artifact: Artifact): Promise<Signature> {
  const subject = artifact.subject && { subject: artifact.subject.digest }
  if (artifact.config?.mediaType === notationType) {
    const layer = layerOf(artifact)
    return { form: 'notation', signature: readNotation(layer, await readPart(artifact, layer)), ...subject }
  }
  if (isBundle(artifact))
    return { form: 'bundle', bundle: readBundle(await readPart(artifact, layerOf(artifact))), ...subject }
  const layers = artifact.layers.filter(({ mediaType }) => mediaType === simpleSigningType)
  if (layers.length === 0) throw new OcishError('KIND_INPUT_INVALID', 'the artifact has no signature')
  const signatures: SimpleSignature[] = []
  for (const layer of layers.slice(0, shown)) {
    // Small parts; the order of the layers is that of the signatures.
    // oxlint-disable-next-line no-await-in-loop
    signatures.push(await readSimpleSignature(artifact, layer))
  }
  return { form: 'cosign', count: layers.length, signatures, ...subject }
}

function describeSignature(model: Signature): Description {
  const subject = field('subject', model.subject, 'digest')
  switch (model.form) {
    case 'cosign':
      return {
        title: `signature (cosign), ${model.count === 1 ? '1 signer' : `${model.count} signatures`}`,
        fields: [
          unchecked,
          ...subject,
          ...model.signatures.flatMap((one, at) => simpleFields(one, at, model.count)),
        ],
      }
    case 'notation':
      return {
        title: `signature (${model.signature.form})`,
        fields: [unchecked, ...subject, ...notationFields(model.signature)],
      }
    case 'bundle':
      return {
        title: 'signature (cosign bundle)',
        fields: [unchecked, ...subject, ...envelopeFields(model.bundle)],
      }
    default:
      return model satisfies never
  }
}

function simpleFields(one: SimpleSignature, at: number, count: number): readonly Field[] {
  const label = (text: string): string => (count === 1 ? text : `${text} #${at + 1}`)
  return [
    ...field(label('signed digest'), one.digest, 'digest'),
    ...field(label('claimed reference'), one.reference),
    ...field(label('claims'), one.claims),
    ...field(label('signer'), one.signer),
    ...field(label('certificate'), one.certificateValidity),
    ...field(label('log'), one.log),
    ...field(label('time'), one.time, 'time'),
    ...field(label('timestamp'), one.timestamp ? 'present' : undefined),
  ]
}

function notationFields(one: NotationSignature): readonly Field[] {
  return [
    ...field('envelope', one.form),
    ...field('algorithm', one.algorithm),
    ...field('signed digest', one.digest, 'digest'),
    ...field('metadata', one.claims),
    ...field('signer', one.signer),
    ...field('issuer', one.issuer),
    ...field('thumbprints', one.thumbprints, 'list'),
    ...field('claimed time', one.time, 'time'),
    ...field('expiry', one.expiry, 'time'),
    ...field('scheme', one.scheme),
    ...field('agent', one.agent),
  ]
}

/** Signatures of cosign and notation. */
export const signature: Kind<Signature> = defineKind<Signature>({
  name: 'signature',
  match: [
    { layerMediaType: simpleSigningType },
    { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' },
    { artifactType: notationType },
    ...bundleTypes.flatMap((artifactType) => [
      { artifactType, annotation: `${predicateAnnotation}=https://sigstore.dev/cosign/sign/v1` },
      { artifactType, annotation: 'dev.sigstore.bundle.content=message-signature' },
    ]),
  ],
  read: readSignature,
  describe: describeSignature,
})

import type { Artifact, Descriptor, FieldValue } from '@ocish/sdk'
import { objectAt, parseObject, readPart, textAt } from '../read-part.ts'
import { isTime } from './bundle.ts'
import { certificateFacts, signerText } from './certificate.ts'

/** The layers of cosign's own signatures. */
export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json'

/** One signature of cosign, as far as it can be told without verifying it (specs: trust §2). */
export interface SimpleSignature {
  readonly reference: string
  readonly digest: string
  readonly claims: Readonly<Record<string, FieldValue>>
  readonly signer: string
  readonly certificateValidity?: string
  readonly log?: string
  readonly time?: string
  readonly timestamp: boolean
}

/** Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export async function readSimpleSignature(artifact: Artifact, layer: Descriptor): Promise<SimpleSignature> {
  const payload = parseObject(await readPart(artifact, layer), 'the payload')
  const critical = objectAt(payload, 'critical')
  const notes = layer.annotations ?? {}
  const certificate = notes['dev.sigstore.cosign/certificate']
  const facts = certificate === undefined ? undefined : certificateFacts(certificate)
  return {
    reference: textAt(objectAt(critical, 'identity'), 'docker-reference') ?? 'none',
    digest: textAt(objectAt(critical, 'image'), 'docker-manifest-digest') ?? 'no digest',
    claims: objectAt(payload, 'optional') as Readonly<Record<string, FieldValue>>,
    signer: facts === undefined ? 'key unknown' : signerText(facts),
    ...(facts && { certificateValidity: `${facts.from} to ${facts.to}` }),
    ...logOf(notes['dev.sigstore.cosign/bundle']),
    timestamp: notes['dev.sigstore.cosign/rfc3161timestamp'] !== undefined,
  }
}

function logOf(bundle: string | undefined): Pick<SimpleSignature, 'log' | 'time'> {
  if (bundle === undefined) return {}
  const payload = objectAt(parseObject(bundle, 'the log entry'), 'Payload')
  const [index, seconds] = [payload['logIndex'], payload['integratedTime']]
  return {
    ...(typeof index === 'number' && { log: `#${index}` }),
    ...(typeof seconds === 'number' && isTime(seconds) && { time: new Date(seconds * 1000).toISOString() }),
  }
}

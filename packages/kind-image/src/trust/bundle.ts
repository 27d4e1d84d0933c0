import { isJsonObject, OcishError } from '@ocish/sdk'
import { listAt, objectAt, parseObject, textAt } from '../read-part.ts'
import { certificateFacts, signerText } from './certificate.ts'
import { parseStatement, type Statement } from './statement.ts'

/** A signed envelope, as far as it can be told without verifying it. */
export interface Envelope {
  readonly form: string
  readonly signer?: string
  readonly certificateValidity?: string
  readonly log?: string
  readonly time?: string
  readonly timestamp: boolean
  /** Absent for a signature over the manifest itself. */
  readonly statement?: Statement
}

/** Reads a sigstore bundle (specs: trust §4.2). Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function readBundle(bytes: Uint8Array): Envelope {
  const bundle = parseObject(bytes, 'the bundle')
  const material = objectAt(bundle, 'verificationMaterial')
  const [entry] = listAt(material, 'tlogEntries')
  const seconds = Number(textAt(entry, 'integratedTime'))
  const log = textAt(entry, 'logIndex')
  const dsse = bundle['dsseEnvelope']
  if (!isJsonObject(dsse) && !isJsonObject(bundle['messageSignature']))
    throw new OcishError('KIND_INPUT_INVALID', 'the bundle has neither an envelope nor a signature')
  return {
    form: textAt(bundle, 'mediaType') ?? 'unknown bundle',
    ...signerOf(material),
    ...(log !== undefined && { log: `#${log}` }),
    ...(isTime(seconds) && { time: new Date(seconds * 1000).toISOString() }),
    timestamp: listAt(objectAt(material, 'timestampVerificationData'), 'rfc3161Timestamps').length > 0,
    ...(isJsonObject(dsse) && { statement: readPayload(dsse) }),
  }
}

/** Reads a bare DSSE envelope (specs: trust §5.1). Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function readDsse(bytes: Uint8Array): Envelope {
  const envelope = parseObject(bytes, 'the envelope')
  return { form: 'DSSE envelope', timestamp: false, statement: readPayload(envelope) }
}

function readPayload(envelope: Readonly<Record<string, unknown>>): Statement {
  const payload = textAt(envelope, 'payload')
  if (payload === undefined) throw new OcishError('KIND_INPUT_INVALID', 'the envelope has no payload')
  return parseStatement(Buffer.from(payload, 'base64'))
}

function signerOf(
  material: Readonly<Record<string, unknown>>,
): Pick<Envelope, 'signer' | 'certificateValidity'> {
  const [first] = listAt(objectAt(material, 'x509CertificateChain'), 'certificates')
  const raw = textAt(objectAt(material, 'certificate'), 'rawBytes') ?? textAt(first, 'rawBytes')
  const facts = raw === undefined ? undefined : certificateFacts(Buffer.from(raw, 'base64'))
  if (facts !== undefined)
    return { signer: signerText(facts), certificateValidity: `${facts.from} to ${facts.to}` }
  const hint = textAt(objectAt(material, 'publicKey'), 'hint')
  return isJsonObject(material['publicKey']) ? { signer: `key${hint === undefined ? '' : ` ${hint}`}` } : {}
}

/** Seconds that a date can hold. */
export function isTime(seconds: number): boolean {
  return Number.isFinite(seconds) && seconds > 0 && seconds < 8.64e12
}

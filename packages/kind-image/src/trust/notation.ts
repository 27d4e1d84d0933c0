import { createHash } from 'node:crypto'
import { type Descriptor, type FieldValue, OcishError } from '@ocish/sdk'
import { listAt, objectAt, parseObject, textAt } from '../read-part.ts'
import { isTime } from './bundle.ts'
import { type Cbor, parseCbor } from './cbor.ts'
import { certificateFacts } from './certificate.ts'

/** A notation signature, as far as it can be told without verifying it (specs: trust §8.2). */
export interface NotationSignature {
  readonly form: 'notation JWS' | 'notation COSE'
  readonly algorithm: string
  readonly digest: string
  readonly claims: Readonly<Record<string, FieldValue>>
  readonly scheme?: string
  readonly time?: string
  readonly expiry?: string
  readonly agent?: string
  readonly signer?: string
  readonly issuer?: string
  /** SHA-256 of each certificate, leaf first. */
  readonly thumbprints: readonly string[]
}

const scheme = 'io.cncf.notary.signingScheme'
const signingTime = 'io.cncf.notary.signingTime'
const authenticTime = 'io.cncf.notary.authenticSigningTime'
const expiry = 'io.cncf.notary.expiry'
const agent = 'io.cncf.notary.signingAgent'

/** Errors: KIND_INPUT_INVALID, LIMIT_EXCEEDED. */
export function readNotation(layer: Descriptor, bytes: Uint8Array): NotationSignature {
  return layer.mediaType === 'application/cose' ? readCose(bytes) : readJws(bytes)
}

function readJws(bytes: Uint8Array): NotationSignature {
  const envelope = parseObject(bytes, 'the envelope')
  const inner = (name: string): Readonly<Record<string, unknown>> =>
    parseObject(Buffer.from(textAt(envelope, name) ?? '', 'base64url'), `the ${name} part of the envelope`)
  const header = inner('protected')
  const unsigned = objectAt(envelope, 'header')
  const chain = listAt(unsigned, 'x5c').filter((item) => typeof item === 'string')
  return assembled(inner('payload'), {
    form: 'notation JWS',
    algorithm: textAt(header, 'alg') ?? 'unknown',
    scheme: textAt(header, scheme),
    time: textAt(header, signingTime) ?? textAt(header, authenticTime),
    expiry: textAt(header, expiry),
    agent: textAt(unsigned, agent),
    chain: chain.map((der) => Buffer.from(der, 'base64')),
  })
}

const coseAlgorithms = new Map([
  [-7, 'ES256'],
  [-35, 'ES384'],
  [-36, 'ES512'],
  [-37, 'PS256'],
  [-38, 'PS384'],
  [-39, 'PS512'],
])

function readCose(bytes: Uint8Array): NotationSignature {
  const message = parseCbor(bytes)
  const [head, unsigned, payload] = Array.isArray(message) ? (message as readonly Cbor[]) : []
  if (!(head instanceof Uint8Array) || !(payload instanceof Uint8Array))
    throw new OcishError('KIND_INPUT_INVALID', 'the envelope is no COSE_Sign1 message')
  const header = mapOf(parseCbor(head))
  const outer = mapOf(unsigned)
  const time = (name: string): string | undefined => {
    const seconds = header.get(name)
    return typeof seconds === 'number' && isTime(seconds) ? new Date(seconds * 1000).toISOString() : undefined
  }
  const chain = outer.get(33)
  return assembled(parseObject(payload, 'the payload'), {
    form: 'notation COSE',
    algorithm: coseAlgorithms.get(Number(header.get(1))) ?? 'unknown',
    scheme: textOf(header.get(scheme)),
    time: time(signingTime) ?? time(authenticTime),
    expiry: time(expiry),
    agent: textOf(outer.get(agent)),
    chain: (Array.isArray(chain) ? (chain as readonly Cbor[]) : [chain]).filter(
      (der) => der instanceof Uint8Array,
    ),
  })
}

function mapOf(value: Cbor | undefined): ReadonlyMap<number | string, Cbor> {
  return value instanceof Map ? value : new Map<number | string, Cbor>()
}

function textOf(value: Cbor | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

interface Facts {
  readonly form: NotationSignature['form']
  readonly algorithm: string
  readonly scheme: string | undefined
  readonly time: string | undefined
  readonly expiry: string | undefined
  readonly agent: string | undefined
  readonly chain: readonly Uint8Array[]
}

function assembled(payload: Readonly<Record<string, unknown>>, facts: Facts): NotationSignature {
  const target = objectAt(payload, 'targetArtifact')
  const [leaf] = facts.chain
  const certificate = leaf === undefined ? undefined : certificateFacts(leaf)
  const { form, algorithm, chain, ...texts } = facts
  const known = Object.entries(texts).filter(([, value]) => value !== undefined)
  return {
    form,
    algorithm,
    digest: textAt(target, 'digest') ?? 'no digest',
    claims: objectAt(target, 'annotations') as Readonly<Record<string, FieldValue>>,
    ...Object.fromEntries(known),
    ...(certificate && { signer: certificate.name, issuer: certificate.issuer }),
    thumbprints: chain.map((der) => createHash('sha256').update(der).digest('hex')),
  }
}

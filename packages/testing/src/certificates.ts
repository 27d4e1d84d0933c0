import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate with its key, both as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A certificate authority of a test, made at run time. */
export interface Authority extends Certificate {
  /** A certificate for these names and addresses, signed by the authority; `expired` puts its life into the past. */
  issue(
    hosts: readonly string[],
    options?: { readonly expired?: boolean; readonly client?: boolean },
  ): Certificate
}

/** Creates an authority with a new P-256 key. Nothing of it touches the disk. */
export function createAuthority(name = 'ocish test authority'): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cert = certificate({
    subject: name,
    issuer: name,
    publicKey: own.publicKey,
    signer: own.privateKey,
    life: lifeFrom(-day, 30 * day),
    extensions: [extension(oids.basicConstraints, sequence(boolean(true)), true), keyUsage(0x06)],
  })
  return {
    cert,
    key: pemOf(own.privateKey),
    issue(hosts, options = {}) {
      const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const purpose = options.client === true ? oids.clientAuth : oids.serverAuth
      return {
        key: pemOf(leaf.privateKey),
        cert: certificate({
          subject: hosts[0] ?? 'client',
          issuer: name,
          publicKey: leaf.publicKey,
          signer: own.privateKey,
          life: options.expired === true ? lifeFrom(-3 * day, -2 * day) : lifeFrom(-day, 30 * day),
          extensions: [
            keyUsage(0x80),
            extension(oids.extendedKeyUsage, sequence(oid(purpose))),
            ...(hosts.length > 0 ? [extension(oids.subjectAltName, alternativeNames(hosts))] : []),
          ],
        }),
      }
    },
  }
}

/**
 * The key id that Docker's token verification computes (libtrust): base32 of the first 240 bits of the SHA-256 of the
 * public key, in groups of four.
 */
export function libtrustKeyId(privateKeyPem: string): string {
  const { x, y } = createPrivateKey(privateKeyPem).export({ format: 'jwk' })
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(x ?? '', 'base64url'),
    Buffer.from(y ?? '', 'base64url'),
  ])
  const digest = createHash('sha256').update(publicKeyInfo(point)).digest().subarray(0, 30)
  return (base32(digest).match(/.{4}/g) ?? []).join(':')
}

const day = 86_400_000

interface Life {
  readonly from: Date
  readonly to: Date
}

function lifeFrom(from: number, to: number): Life {
  const now = Date.now()
  return { from: new Date(now + from), to: new Date(now + to) }
}

interface CertificateInput {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly life: Life
  readonly extensions: readonly Buffer[]
}

/** RFC 5280, section 4.1. */
function certificate(input: CertificateInput): string {
  const algorithm = sequence(oid(oids.ecdsaWithSha256))
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(0x40), randomBytes(15)])),
    algorithm,
    distinguishedName(input.issuer),
    sequence(time(input.life.from), time(input.life.to)),
    distinguishedName(input.subject),
    input.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...input.extensions)),
  )
  const signature = sign('sha256', body, input.signer)
  const whole = sequence(body, algorithm, tagged(0x03, Buffer.of(0), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

function publicKeyInfo(point: Buffer): Buffer {
  const algorithm = sequence(oid(oids.ecPublicKey), oid(oids.p256))
  return sequence(algorithm, tagged(0x03, Buffer.of(0), point))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tagged(0x04, value))
}

function keyUsage(bits: number): Buffer {
  return extension(oids.keyUsage, tagged(0x03, Buffer.of(bits === 0x06 ? 1 : 7, bits)), true)
}

function alternativeNames(hosts: readonly string[]): Buffer {
  return sequence(
    ...hosts.map((host) =>
      isIP(host) === 0 ? tagged(0x82, Buffer.from(host)) : tagged(0x87, addressBytes(host)),
    ),
  )
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  const groups = [...front, ...zeros, ...back].map((group) => Number.parseInt(group, 16))
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

function distinguishedName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(oids.commonName), tagged(0x0c, Buffer.from(name)))))
}

/** Definite-length DER: tag, length, contents. */
function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body])
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.of(tag, 0x80 + length.length), length, body])
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...contents)
}

function integer(bytes: Uint8Array): Buffer {
  return tagged(0x02, bytes)
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.of(value ? 0xff : 0))
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return tagged(0x17, Buffer.from(digits.slice(2)))
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap((arc) => base128(arc))]))
}

function base128(value: number): number[] {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift(128 + (rest % 128))
  return bytes
}

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return (bits.match(/.{5}/g) ?? []).map((group) => letters[Number.parseInt(group, 2)]).join('')
}

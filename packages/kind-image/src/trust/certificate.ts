import { X509Certificate } from 'node:crypto'

/** Who a certificate says its holder is. Nothing of it is verified. */
export interface CertificateFacts {
  /** The alternative names of a keyless certificate, else its subject. */
  readonly name: string
  /** The identity provider that Fulcio wrote into it, else who issued it. */
  readonly issuer: string
  readonly from: string
  readonly to: string
}

/** `1.3.6.1.4.1.57264.1.8` (a DER string) and `.1` (the bare text), Fulcio's "OIDC issuer". */
const issuerOids: readonly Uint8Array[] = [
  Uint8Array.of(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08),
  Uint8Array.of(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x01),
]

/** Reads PEM or DER; undefined where it is no certificate. */
export function certificateFacts(certificate: string | Uint8Array): CertificateFacts | undefined {
  let read: X509Certificate
  try {
    read = new X509Certificate(certificate)
  } catch {
    return undefined
  }
  const { subject, issuer, subjectAltName, validFromDate, validToDate, raw } = read
  return {
    name: subjectAltName?.replaceAll(/\b(?:email|URI|DNS|othername):/g, '') ?? oneLine(subject),
    issuer: providerOf(raw) ?? oneLine(issuer),
    from: validFromDate.toISOString(),
    to: validToDate.toISOString(),
  }
}

function oneLine(name: string): string {
  return name.split('\n').join(', ')
}

/** The text behind the extension's identifier: OCTET STRING, and in the newer form a UTF8String in it. */
function providerOf(der: Buffer): string | undefined {
  for (const oid of issuerOids) {
    const at = der.indexOf(oid)
    if (at < 0) continue
    let start = at + oid.length
    if (der[start] === 0x04) start += 2
    const nested = der[start] === 0x0c
    const length = nested ? der[start + 1] : der[start - 1]
    const from = nested ? start + 2 : start
    if (length !== undefined && length < 0x80) return der.toString('utf8', from, from + length)
  }
  return undefined
}

/** `NAME from ISSUER`. */
export function signerText({ name, issuer }: CertificateFacts): string {
  return `${name} from ${issuer}`
}

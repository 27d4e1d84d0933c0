/** What is wrong with a TLS connection, and the way out. */
export interface TlsProblem {
  readonly message: string
  readonly hint: string
}

const unknownAuthority =
  'Trust its authority with --ca-file FILE or a folder in certs.d, or skip the check with --insecure.'

/** Texts follow the host name. */
const problems: Readonly<Record<string, readonly [text: string, hint: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['presents a self-signed certificate', unknownAuthority],
  SELF_SIGNED_CERT_IN_CHAIN: ['presents a certificate of an unknown authority', unknownAuthority],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['presents a certificate of an unknown authority', unknownAuthority],
  UNABLE_TO_GET_ISSUER_CERT: ['presents a certificate of an unknown authority', unknownAuthority],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['presents a certificate of an unknown authority', unknownAuthority],
  CERT_SIGNATURE_FAILURE: ['presents a certificate with a wrong signature', unknownAuthority],
  CERT_UNTRUSTED: ['presents a certificate that is not trusted', unknownAuthority],
  CERT_HAS_EXPIRED: [
    'presents an expired certificate',
    'Have its certificate renewed and check the clock of this machine.',
  ],
  CERT_NOT_YET_VALID: ['presents a certificate that is not valid yet', 'Check the clock of this machine.'],
  CERT_REVOKED: ['presents a revoked certificate', 'Have its certificate renewed.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'presents a certificate for another name',
    'Use a name that the certificate carries.',
  ],
}

/** Texts follow the host name; plain HTTP is the way out. */
const plainProblems: Readonly<Record<string, readonly [text: string, hint: string]>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: ['does not speak TLS: this port speaks plain HTTP', 'Allow it'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['does not speak TLS: this port speaks plain HTTP', 'Allow it'],
  EPROTO: ['does not speak TLS as expected', 'Check the port, or allow plain HTTP'],
}

/** How one of the registries on a line is asked over plain HTTP: the flag is for all of them. */
function plainForOne(host: string): string {
  return `set registries.${host}.plain-http true`
}

const unknownAuthorityCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** A certificate of which only the authority is unknown. */
export function isUnknownAuthority(code: string | undefined): boolean {
  return code !== undefined && unknownAuthorityCodes.has(code)
}

/** What a server says of the client certificate that it got, or did not get; OpenSSL names the alerts by its version. */
const certificateAlert =
  /^ERR_SSL_[A-Z0-9/]+_ALERT_(?:CERTIFICATE_(?:REQUIRED|UNKNOWN|EXPIRED|REVOKED)|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)$/
/** Said of many things; before TLS 1.3 of a client certificate that is missing as well. */
const handshakeAlert = /^ERR_SSL_[A-Z0-9/]+_ALERT_HANDSHAKE_FAILURE$/

/** A server that asks for a client certificate got none that it takes. */
export function wantsCertificate(host: string): TlsProblem {
  return {
    message: `${host} wants a client certificate that it knows`,
    hint: 'Present one with --cert FILE --key FILE.',
  }
}

/** Undefined when `code` has nothing to do with TLS. */
export function tlsProblem(code: string, error: unknown, host: string): TlsProblem | undefined {
  if (certificateAlert.test(code)) return wantsCertificate(host)
  if (handshakeAlert.test(code)) {
    return {
      message: `${host} ended the TLS handshake`,
      hint: 'Present a client certificate with --cert FILE --key FILE where it wants one.',
    }
  }
  const known = Object.hasOwn(problems, code) ? problems[code] : undefined
  if (known !== undefined) {
    const names = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? certifiedNames(error) : ''
    return { message: `${host} ${known[0]}${names}`, hint: known[1] }
  }
  const plain = Object.hasOwn(plainProblems, code) ? plainProblems[code] : undefined
  if (plain !== undefined) {
    const [text, hint] = plain
    return {
      message: `${host} ${text}`,
      hint: `${hint} with --plain-http, or where other registries of the line speak TLS with ${plainForOne(host)}.`,
    }
  }
  if (/^ERR_(?:SSL|TLS|OSSL)_/.test(code)) {
    return {
      message: `${host}: the TLS handshake failed (${code})`,
      hint: 'Check the certificate and key that are used.',
    }
  }
  return undefined
}

function certifiedNames(error: unknown): string {
  const certificate = (error as { cert?: { subjectaltname?: string } } | undefined)?.cert
  const names = certificate?.subjectaltname
    ?.replaceAll(/(?:DNS|IP Address):/g, '')
    .replaceAll(/[^\w.:*, -]/g, '')
  return names === undefined || names === '' ? '' : ` (${names.slice(0, 200)})`
}

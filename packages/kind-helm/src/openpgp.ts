import { OcishError } from '@ocish/sdk'
import type * as OpenPgpModule from 'openpgp'

export interface VerifiedText {
  readonly text: string
  /** User ids of the key. */
  readonly signers: readonly string[]
  /** Hexadecimal, upper case. */
  readonly fingerprint: string
}

type OpenPgp = typeof OpenPgpModule

/** The library is LGPL, so it is never bundled: it is there or it is not. Errors: UNSUPPORTED. */
async function library(): Promise<OpenPgp> {
  try {
    return await import('openpgp')
  } catch (cause) {
    throw new OcishError(
      'UNSUPPORTED',
      'verifying signatures needs the package openpgp, which is not installed',
      {
        cause,
        hint: 'Install it beside ocish with npm install openpgp, or run ^helm verify.',
      },
    )
  }
}

/**
 * Checks an OpenPGP cleartext signature against a keyring, binary or armored.
 * Errors: KIND_INPUT_INVALID for what is no signature or keyring, SIGNATURE_INVALID, UNSUPPORTED without the library.
 */
export async function verifyCleartext(signed: string, keyring: Uint8Array): Promise<VerifiedText> {
  const pgp = await library()
  const keys = await readKeys(pgp, keyring)
  const message = await readMessage(pgp, signed)
  const { signatures, data } = await pgp.verify({ message, verificationKeys: [...keys] })
  const [signature] = signatures
  if (signature === undefined) throw invalid('the provenance file has no signature')
  try {
    await signature.verified
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const key = keys.find((one) => one.getKeys(signature.keyID).length > 0)
  if (key === undefined) throw invalid('the keyring does not have the key of the signature')
  return { text: data, signers: key.getUserIDs(), fingerprint: key.getFingerprint().toUpperCase() }
}

type Key = Awaited<ReturnType<OpenPgp['readKeys']>>[number]

async function readKeys(pgp: OpenPgp, keyring: Uint8Array): Promise<readonly Key[]> {
  const head = Buffer.from(keyring.subarray(0, 64)).toString('latin1')
  try {
    return await (head.trimStart().startsWith('-----BEGIN')
      ? pgp.readKeys({ armoredKeys: Buffer.from(keyring).toString('utf8') })
      : pgp.readKeys({ binaryKeys: keyring }))
  } catch (cause) {
    throw new OcishError('KIND_INPUT_INVALID', 'the keyring is no OpenPGP keyring', {
      cause,
      hint: 'Write one with gpg --export > FILE.',
    })
  }
}

type Cleartext = Awaited<ReturnType<OpenPgp['readCleartextMessage']>>

async function readMessage(pgp: OpenPgp, signed: string): Promise<Cleartext> {
  try {
    return await pgp.readCleartextMessage({ cleartextMessage: signed })
  } catch (cause) {
    throw new OcishError('KIND_INPUT_INVALID', 'signature block not found in the provenance file', { cause })
  }
}

function invalid(why: string, cause?: unknown): OcishError {
  return new OcishError(
    'SIGNATURE_INVALID',
    `the signature is not valid: ${why}`,
    cause === undefined ? {} : { cause },
  )
}

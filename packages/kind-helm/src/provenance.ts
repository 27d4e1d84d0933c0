import { OcishError } from '@ocish/sdk'
import { decodeText } from './chart-yaml.ts'
import { limits } from './constants.ts'
import { verifyCleartext } from './openpgp.ts'
import { parseYaml, refused } from './parse-yaml.ts'

export interface Verified {
  readonly signers: readonly string[]
  readonly fingerprint: string
  /** The name under which the archive was signed. */
  readonly file: string
  readonly digest: string
}

/**
 * Verifies a provenance file (specs/helm.md §17) for an archive with this digest: the signature by a key of the keyring,
 * and that what was signed names the digest — under the file's name, else under any.
 * Errors: KIND_INPUT_INVALID, SIGNATURE_INVALID, UNSUPPORTED without openpgp, DIGEST_MISMATCH.
 */
export async function verifyProvenance(
  provenance: Uint8Array,
  archive: { readonly name: string; readonly digest: string },
  keyring: Uint8Array,
): Promise<Verified> {
  const signed = decodeText(provenance, 'the provenance file', limits.provenance)
  const { text, signers, fingerprint } = await verifyCleartext(signed, keyring)
  const files = signedFiles(text)
  const own = files.get(archive.name)
  const other = [...files].find(([, digest]) => digest === archive.digest)
  if (own === archive.digest) return { signers, fingerprint, file: archive.name, digest: own }
  if (own === undefined && other !== undefined)
    return { signers, fingerprint, file: other[0], digest: other[1] }
  if (own === undefined) {
    throw new OcishError(
      'DIGEST_MISMATCH',
      `the provenance file does not name ${archive.name} or its digest`,
      {
        details: { files: [...files.keys()].slice(0, 20) },
      },
    )
  }
  throw new OcishError(
    'DIGEST_MISMATCH',
    `${archive.name} has the digest ${archive.digest}, ${own} was signed`,
  )
}

/** `files:` in what follows `...`. */
function signedFiles(text: string): ReadonlyMap<string, string> {
  const what = 'the provenance file'
  const [, sums] = text.replaceAll('\r\n', '\n').split('\n...\n')
  if (sums === undefined) throw refused(what, 'it has no checksums')
  const { tree } = parseYaml(sums, what)
  const files = tree.type === 'map' ? tree.members.get('files') : undefined
  if (files?.type !== 'map') throw refused(what, 'it has no checksums')
  return new Map(
    [...files.members].flatMap(([name, value]) => (value.type === 'text' ? [[name, value.value]] : [])),
  )
}

import { collect, OcishError, readPart, type Artifact, type KindContext } from '@ocish/sdk'
import { checkMetadata } from './check-metadata.ts'
import { limits } from './constants.ts'
import { verifyProvenance } from './provenance.ts'
import { chartLayer, provenanceLayer, readMetadata } from './read.ts'

/** An archive, and what vouches for it. */
export interface Signed {
  /** The file name of the archive. */
  readonly name: string
  readonly digest: string
  readonly provenance: Uint8Array
}

/** What a published chart's provenance file has to vouch for; `what` names it. Errors: FILE_NOT_FOUND. */
export async function signedChart(artifact: Artifact, what: string): Promise<Signed> {
  const layer = provenanceLayer(artifact) ?? withoutProvenance(what)
  const { name, version } = checkMetadata(await readMetadata(artifact), 'the configuration')
  const provenance = await readPart(artifact, layer, { limit: limits.provenance })
  return { name: `${name}-${version}.tgz`, digest: chartLayer(artifact).digest, provenance }
}

/** Errors: FILE_NOT_FOUND, always. */
export function withoutProvenance(what: string): never {
  throw new OcishError('FILE_NOT_FOUND', `${what} has no provenance file`, {
    hint: 'Ask its publisher to push NAME-VERSION.tgz with its .prov beside it.',
  })
}

/**
 * `pull --verify --keyring FILE`: nothing where it was not asked for. Errors: USAGE_MISSING_ARGUMENT, USAGE_CONFLICT,
 * FILE_NOT_FOUND, and those of `verifyProvenance`.
 */
export async function verifyAsked(artifact: Artifact, context: KindContext): Promise<void> {
  const { verify, keyring } = context.options
  if (verify !== true) {
    if (keyring === undefined) return
    throw new OcishError('USAGE_CONFLICT', '--keyring is for --verify', { hint: 'Add --verify.' })
  }
  if (keyring === undefined || context.file === undefined) {
    throw new OcishError('USAGE_MISSING_ARGUMENT', 'the keyring is missing', {
      hint: 'Export public keys with gpg --export > FILE, and name it with --keyring FILE.',
    })
  }
  const source = await context.file('keyring')
  const keys = await collect(source.open(''), { what: 'the keyring', limit: limits.keyring })
  const signed = await signedChart(artifact, artifact.ref ?? artifact.descriptor.digest)
  await verifyProvenance(signed.provenance, signed, keys)
}

import { collect, createDigester, OcishError, type KindCommand, type KindCommandContext } from '@ocish/sdk'
import { limits } from '../constants.ts'
import { verifyProvenance } from '../provenance.ts'
import type { ResolveOptions } from '../resolve.ts'
import { type Signed, signedChart, withoutProvenance } from '../signed.ts'
import { artifactAt, isPath, sourceAt } from './chart-at.ts'
import { asked, develFlag, versionFlag } from './flags.ts'

export const verify: KindCommand = {
  name: 'verify',
  summary: "Check a chart's provenance file against a keyring",
  params: [{ name: 'chart', type: 'path', summary: 'A reference, or an archive with its .prov beside it' }],
  flags: [
    {
      name: 'keyring',
      type: 'path',
      optional: true,
      summary: 'OpenPGP public keys, as gpg --export writes them; needed',
    },
    versionFlag,
    develFlag,
  ],
  output: { form: 'rows', columns: ['name', 'signer', 'fingerprint', 'digest', 'note'] },
  effect: 'R',
  examples: [
    {
      line: 'helm verify ghcr.io/acme/charts/web:1.2.0 --keyring ./acme.gpg',
      note: 'signed by whom, and for what',
    },
  ],
  async *run({ args, flags }, context) {
    if (flags['keyring'] === undefined) {
      throw new OcishError('USAGE_MISSING_ARGUMENT', 'the keyring is missing', {
        hint: 'Export public keys with gpg --export > FILE, and name it with --keyring FILE.',
      })
    }
    const keyring = await collect((await sourceAt('keyring', context)).open(''), {
      what: 'the keyring',
      limit: limits.keyring,
    })
    const signed = await signedAt(String(args['chart']), asked(flags), context)
    const { signers, fingerprint, file, digest } = await verifyProvenance(signed.provenance, signed, keyring)
    const note = file === signed.name ? '' : `signed as ${file}`
    yield { name: signed.name, signer: signers.join(', '), fingerprint, digest, note }
  },
}

async function signedAt(
  where: string,
  options: ResolveOptions,
  context: KindCommandContext,
): Promise<Signed> {
  if (isPath(where)) return localSigned(context)
  const { ref, artifact } = await artifactAt(where, options, context)
  return signedChart(artifact, ref)
}

async function localSigned(context: KindCommandContext): Promise<Signed> {
  const source = await sourceAt('chart', context)
  const beside = source.type === 'file' ? await source.beside?.('.prov') : undefined
  if (beside === undefined) return withoutProvenance(source.name)
  const digester = createDigester()
  for await (const chunk of source.open('')) digester.update(chunk)
  const provenance = await collect(beside.open(''), { what: beside.name, limit: limits.provenance })
  return { name: source.name, digest: digester.digest(), provenance }
}

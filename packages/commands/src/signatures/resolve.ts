import type { Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const resolveSignature: Signature = {
  name: 'resolve',
  aliases: ['digest'],
  summary: 'print the digest a reference points to',
  description: 'One request.',
  params: [{ name: 'ref', type: 'ref', summary: 'tag or digest' }],
  flags: [{ name: 'all-platforms', type: 'bool', summary: 'the digests of an index, by platform' }, asFlag],
  input: 'none',
  output: { form: 'value', type: 'digest' },
  effect: 'R',
  examples: [
    { line: 'resolve ghcr.io/team/app:1.0', note: 'the digest to pin' },
    { line: 'resolve ghcr.io/team/app:1.0 --platform linux/arm64', note: 'the one of a platform' },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

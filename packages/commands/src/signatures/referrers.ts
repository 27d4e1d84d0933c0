import { referrerRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const referrersSignature: Signature = {
  name: 'referrers',
  aliases: ['discover'],
  summary: 'list what refers to an artifact',
  params: [{ name: 'ref', type: 'ref', summary: 'tag or digest' }],
  flags: [
    { name: 'type', type: 'mediatype', summary: 'only this artifact type' },
    { name: 'recursive', short: 'r', type: 'bool', summary: 'also what refers to those' },
    asFlag,
  ],
  input: 'none',
  output: { form: 'rows', row: referrerRow },
  effect: 'R',
  examples: [
    { line: 'referrers ghcr.io/team/app:1.0 --type application/spdx+json', note: 'bills of materials' },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

import { checkRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const existsSignature: Signature = {
  name: 'exists',
  summary: 'ask whether references exist',
  description:
    'Exit status 1 when one of them does not. A registry that cannot be asked is a failure, not a no.',
  params: [{ name: 'ref', type: 'ref', many: true, summary: 'tags or digests' }],
  flags: [asFlag],
  input: 'none',
  output: { form: 'rows', row: checkRow },
  effect: 'R',
  examples: [{ line: 'exists ghcr.io/team/app:1.0', note: 'status 0 or 1' }],
  exits: [1, 4, 5],
  since: '0.1',
  group: 'browse',
}

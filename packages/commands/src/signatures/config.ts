import type { Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'
import { rawFlag } from './raw-flag.ts'

export const configSignature: Signature = {
  name: 'config',
  summary: 'print the configuration of an artifact, byte for byte',
  params: [{ name: 'ref', type: 'ref', summary: 'tag or digest' }],
  flags: [rawFlag, asFlag],
  input: 'none',
  output: { form: 'bytes' },
  effect: 'R',
  examples: [{ line: 'config ghcr.io/team/app:1.0', note: 'of an image: environment, entry point, history' }],
  exits: [3, 4, 5, 7],
  since: '0.1',
  group: 'browse',
}

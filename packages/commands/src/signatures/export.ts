import type { Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const exportSignature: Signature = {
  name: 'export',
  summary: 'the root file system of an image as one tar',
  description:
    'Layers are laid over each other, with what later ones remove left out. Of an index the entry for --platform, or for ' +
    'this machine.',
  params: [{ name: 'ref', type: 'ref', summary: 'an image' }],
  flags: [asFlag],
  input: 'none',
  output: { form: 'bytes' },
  effect: 'R',
  examples: [{ line: 'export ghcr.io/team/app:1.0 --platform linux/arm64', note: 'redirect it to a file' }],
  exits: [3, 4, 5, 6, 7],
  since: '0.1',
  group: 'move',
}

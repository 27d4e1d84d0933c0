import type { Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'
import { rawFlag } from './raw-flag.ts'

export const catSignature: Signature = {
  name: 'cat',
  summary: 'print a file inside an artifact, or a blob',
  description:
    'REF//PATH is a file by its title, or by what the kind lists. REPO@DIGEST is a manifest or a blob. REF alone is ' +
    'the only layer. On a terminal, text is shown and binary data refused.',
  params: [{ name: 'ref', type: 'ref', summary: 'REF, REF//PATH or REPO@DIGEST' }],
  flags: [
    { name: 'layer', type: 'int', min: 0, summary: 'the layer with this number, from 0', placeholder: 'N' },
    rawFlag,
    asFlag,
  ],
  input: 'none',
  output: { form: 'bytes' },
  effect: 'R',
  examples: [
    { line: 'cat ghcr.io/team/chart:1.2//values.yaml', note: 'one file' },
    { line: 'cat ghcr.io/team/app:1.0 --layer 0', note: 'a layer by number' },
  ],
  exits: [3, 4, 5, 7],
  since: '0.1',
  group: 'browse',
}

import type { Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const describeSignature: Signature = {
  name: 'describe',
  aliases: ['inspect', 'show'],
  summary: 'say what an artifact is',
  description:
    'The view of its kind on top, the facts every artifact has below. An unknown type is described by its manifest.',
  params: [{ name: 'ref', type: 'ref', summary: 'tag or digest' }],
  flags: [
    { ...asFlag, summary: 'read it as this kind, and take its short names' },
    { name: 'raw-layers', type: 'bool', summary: 'list every layer with digest and media type' },
  ],
  input: 'none',
  output: { form: 'value', type: 'Description' },
  effect: 'R',
  examples: [
    { line: 'describe ghcr.io/team/app:1.0', note: 'kind view and facts' },
    { line: 'describe ghcr.io/team/app:1.0 -o json', note: 'the same for a program' },
  ],
  exits: [3, 4, 5, 6],
  since: '0.1',
  group: 'browse',
}

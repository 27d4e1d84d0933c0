import { nodeRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const treeSignature: Signature = {
  name: 'tree',
  summary: 'show what an artifact consists of and what refers to it',
  params: [{ name: 'ref', type: 'ref', summary: 'tag or digest' }],
  flags: [
    { name: 'depth', type: 'int', min: 0, summary: 'levels below the artifact', default: 8 },
    { name: 'referrers', type: 'bool', summary: 'what refers to it, and to that', default: true },
    { name: 'layers', type: 'bool', summary: 'also configuration and layers' },
    asFlag,
  ],
  input: 'none',
  output: { form: 'rows', row: nodeRow },
  effect: 'R',
  examples: [
    { line: 'tree ghcr.io/team/app:1.0', note: 'platforms and referrers' },
    { line: 'tree ghcr.io/team/app:1.0 --layers --no-referrers', note: 'down to the blobs' },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

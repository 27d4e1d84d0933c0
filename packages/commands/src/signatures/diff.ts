import { changeRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const diffSignature: Signature = {
  name: 'diff',
  summary: 'what differs between two artifacts',
  description:
    'Answers with status 1 where something differs. Without a flag: entries of indexes, else what the kind compares (the ' +
    'values of two charts), and where that is nothing, configuration and layers. ' +
    'Of an index --config, --layers and --files compare the entry for --platform, or for this machine.',
  params: [
    { name: 'a', type: 'ref', summary: 'the one' },
    { name: 'b', type: 'ref', summary: 'the other' },
  ],
  flags: [
    { name: 'config', type: 'bool', summary: 'annotations and configuration, field by field' },
    { name: 'layers', type: 'bool', summary: 'layers by digest' },
    { name: 'files', type: 'bool', summary: 'the files inside' },
    {
      name: 'ignore',
      type: 'string',
      many: true,
      placeholder: 'GLOB',
      summary: 'leave out these fields or files',
    },
    asFlag,
  ],
  input: 'none',
  output: { form: 'rows', row: changeRow },
  effect: 'R',
  examples: [
    { line: 'diff ghcr.io/team/app:1.3 ghcr.io/team/app:1.4', note: 'configuration and layers' },
    { line: 'diff ghcr.io/team/app:1.3 ghcr.io/team/app:1.4 --files', note: 'files that changed' },
  ],
  exits: [1, 3, 4, 5],
  since: '0.1',
  group: 'browse',
}

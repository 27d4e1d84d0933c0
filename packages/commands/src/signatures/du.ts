import { type Signature, usageRow } from '@ocish/shell'

export const duSignature: Signature = {
  name: 'du',
  summary: 'how much room artifacts take',
  description:
    'One row for each repository below the location; of a single repository one for each tag. A blob that occurs several ' +
    'times in a row counts once; unique is what no other row has.',
  params: [
    {
      name: 'loc',
      type: 'location',
      many: true,
      summary: 'host, namespace, repository, layout, archive or cache:',
    },
  ],
  flags: [{ name: 'dedup', type: 'bool', summary: 'one row for all, every blob counted once' }],
  input: 'none',
  output: { form: 'rows', row: usageRow },
  effect: 'R',
  examples: [
    { line: 'du ghcr.io/team', note: 'repositories' },
    { line: 'du oci:./layout --dedup', note: 'what a copy of all of it would take' },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

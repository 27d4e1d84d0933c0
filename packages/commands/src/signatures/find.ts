import { type RowType, type Signature, tagRow } from '@ocish/shell'

/** Tags of many repositories: the reference is what tells them apart. */
const foundRow: RowType = {
  ...tagRow,
  columns: tagRow.columns.map((column) => (column.name === 'ref' ? { ...column, hidden: false } : column)),
}

export const findSignature: Signature = {
  name: 'find',
  summary: 'tags below a location that fit',
  description: 'Reads the manifest of every tag. All conditions must hold; --annotation may be repeated.',
  params: [
    { name: 'loc', type: 'location', summary: 'host, namespace, repository, pattern, layout or archive' },
  ],
  flags: [
    { name: 'kind', type: 'kind', summary: 'only this kind' },
    { name: 'annotation', short: 'a', type: 'keyvalue', many: true, summary: 'with this annotation' },
    { name: 'since', type: 'duration', placeholder: 'TIME', summary: 'created within this time' },
    { name: 'digest', type: 'digest', summary: 'that are, or hold, this manifest, configuration or layer' },
    { name: 'match', type: 'string', placeholder: 'PATTERN', summary: 'tags that fit, as in tags --match' },
  ],
  input: 'none',
  output: { form: 'rows', row: foundRow },
  effect: 'R',
  examples: [
    { line: 'find ghcr.io/team --kind runconfig', note: 'every run configuration' },
    { line: 'find ghcr.io/team --annotation team=x --since 30d', note: 'by annotation and age' },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

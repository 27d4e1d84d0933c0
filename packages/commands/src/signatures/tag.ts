import { tagRow, type Signature } from '@ocish/shell'

export const tagSignature: Signature = {
  name: 'tag',
  summary: 'give an artifact further tags',
  description: 'A tag that points to something else is moved only with --force.',
  params: [
    { name: 'ref', type: 'ref', summary: 'what to tag' },
    { name: 'tag', type: 'string', many: true, summary: 'tags in the same repository' },
  ],
  flags: [{ name: 'force', type: 'bool', summary: 'move tags that point to something else' }],
  input: 'none',
  output: { form: 'rows', row: tagRow },
  effect: 'W',
  examples: [{ line: 'tag ghcr.io/team/app:1.0.3 1.0 latest --force', note: 'move two tags' }],
  exits: [1, 3, 4, 5],
  since: '0.1',
  group: 'change',
}

import { tagRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const tagsSignature: Signature = {
  name: 'tags',
  summary: 'list the tags of a repository',
  description:
    'One request for each page. The other columns of a tag cost requests and are read only when something asks for ' +
    'them: --long, --columns, --since.',
  params: [{ name: 'repository', type: 'location', summary: 'repository, layout or archive' }],
  flags: [
    {
      name: 'match',
      type: 'string',
      summary:
        'only versions within a constraint (^1.2), tags that fit a glob (v1.*) or a /regular expression/',
      placeholder: 'PATTERN',
    },
    { name: 'since', type: 'duration', summary: 'only artifacts created within this time' },
    { name: 'long', short: 'l', type: 'bool', summary: 'digest, kind, size and time of creation too' },
    { name: 'all', short: 'a', type: 'bool', summary: 'also the tags that stand for digests (sha256-…)' },
    asFlag,
  ],
  input: 'none',
  output: { form: 'rows', row: tagRow },
  effect: 'R',
  examples: [
    { line: 'tags ghcr.io/team/app', note: 'every tag, in the order of the registry' },
    {
      line: "tags ghcr.io/team/app --match '^1.2' --long",
      note: 'releases that fit a constraint, with their digests',
    },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

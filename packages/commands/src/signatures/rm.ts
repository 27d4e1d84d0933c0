import { actionRow, type Signature } from '@ocish/shell'

export const rmSignature: Signature = {
  name: 'rm',
  summary: 'remove a tag, or with --manifest or a digest the manifest and all its tags',
  description:
    'REPO:TAG removes the tag alone, and is refused where the registry cannot. A digest or --manifest removes the ' +
    'manifest; every tag and referrer that goes with it is named first.',
  params: [{ name: 'ref', type: 'ref', many: true, summary: 'tags or digests' }],
  flags: [
    { name: 'manifest', type: 'bool', summary: 'remove the manifest that the tag points to' },
    { name: 'referrers', type: 'bool', summary: 'also what refers to the manifest' },
  ],
  input: 'none',
  output: { form: 'rows', row: actionRow },
  effect: 'D',
  examples: [
    { line: 'rm ghcr.io/team/app:pr-12', note: 'the tag' },
    { line: 'rm ghcr.io/team/app:pr-12 --manifest --dry-run', note: 'what else would vanish' },
  ],
  exits: [2, 3, 4, 5, 6, 10],
  since: '0.1',
  group: 'change',
}

import { actionRow, type Signature } from '@ocish/shell'
import { copyFlags } from './copy-flags.ts'

export const syncSignature: Signature = {
  name: 'sync',
  summary: 'make the tags of a destination those of the source',
  description:
    'Compares every repository at or below the source with its place at the destination, tag by tag, and copies what is ' +
    'new or has moved. Run it again after an interruption: what is in step is not touched. Tags that only the ' +
    'destination has stay, unless --delete. With --shard i/n a process takes the repositories whose names fall to it, ' +
    'so that n of them do the work together.',
  params: [
    { name: 'src', type: 'ref', summary: 'host, namespace, repository, pattern, layout or archive' },
    {
      name: 'dst',
      type: 'location',
      summary: 'where to; with a slash at its end the last name of the source is kept',
    },
  ],
  flags: [
    { name: 'plan', type: 'bool', summary: 'show what would be done, do nothing' },
    {
      name: 'match',
      type: 'string',
      placeholder: 'PATTERN',
      summary:
        'only versions within a constraint (^1.2), tags that fit a glob (v1.*) or a /regular expression/',
    },
    {
      name: 'since',
      type: 'duration',
      placeholder: 'TIME',
      summary: 'only what was created within this time',
    },
    { name: 'delete', type: 'bool', summary: 'delete tags that the source does not have' },
    {
      name: 'shard',
      type: 'string',
      placeholder: 'I/N',
      summary: 'only this share of the repositories, from 0/N',
    },
    ...copyFlags,
    { name: 'skip-existing', type: 'bool', summary: 'leave tags alone that the destination has' },
  ],
  input: 'none',
  output: { form: 'rows', row: actionRow, bytesTo: 'dst' },
  effect: 'W',
  examples: [
    { line: 'sync ghcr.io/team registry.example.com/mirror --plan', note: 'what a mirror lacks' },
    { line: 'sync ghcr.io/team/app oci:./app --match ^1.4', note: 'versions of a range into a layout' },
    { line: 'sync ghcr.io/team registry.example.com/mirror --shard 0/8', note: 'one of eight processes' },
  ],
  exits: [2, 3, 4, 5, 6, 7, 8, 10],
  since: '0.1',
  group: 'move',
}

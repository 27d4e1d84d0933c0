import { transferRow, type Signature } from '@ocish/shell'

export const cpSignature: Signature = {
  name: 'cp',
  aliases: ['copy'],
  summary: 'copy artifacts between registries, layouts, archives and the store',
  description:
    'Source first, destination last. A destination with a slash at its end keeps the last name of the source; one ' +
    'without a tag keeps its tag. What is already there is not sent again.',
  params: [
    { name: 'src', type: 'ref', many: true, summary: 'references, or repositories with --all-tags' },
    { name: 'dst', type: 'location', summary: 'reference, repository, layout, or NAMESPACE/' },
  ],
  flags: [
    { name: 'recursive', short: 'r', type: 'bool', summary: 'with what refers to it (as --referrers)' },
    { name: 'referrers', type: 'bool', summary: 'with what refers to it, and to that' },
    { name: 'all-tags', type: 'bool', summary: 'every tag of the source repositories' },
    { name: 'skip-existing', type: 'bool', summary: 'leave tags alone that the destination has' },
  ],
  input: 'none',
  output: { form: 'rows', row: transferRow },
  effect: 'W',
  examples: [
    { line: 'cp ghcr.io/team/app:1.0 registry.example.com/mirror/', note: 'to mirror/app:1.0' },
    { line: 'cp ghcr.io/team/app:1.0 oci:./layout', note: 'into a layout on disk' },
    {
      line: 'cp ghcr.io/team/app registry.example.com/mirror/ --all-tags --referrers',
      note: 'a whole repository',
    },
  ],
  exits: [3, 4, 5, 6, 7, 8, 10],
  since: '0.1',
  group: 'move',
}

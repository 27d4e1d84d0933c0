import { transferRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'
import { copyFlags } from './copy-flags.ts'

export const cpSignature: Signature = {
  name: 'cp',
  aliases: ['copy'],
  summary: 'copy artifacts between registries, layouts, archives and the store',
  description:
    'Source first, destination last. A destination with a slash at its end keeps the last name of the source; one ' +
    'without a tag keeps its tag. What is already there is not sent again, and what was interrupted goes on. With -r ' +
    'every tag of every repository at or below the source is copied, with the same names below the destination; ' +
    'cp -r --referrers to a tar: file is a backup, and cp -r --referrers back from it the restore. A dash is an archive ' +
    'on standard input, or output; docker-archive:FILE:NAME is one for docker load.',
  params: [
    {
      name: 'src',
      type: 'ref',
      many: true,
      summary: 'references or patterns; with -r whatever holds repositories',
    },
    { name: 'dst', type: 'location', summary: 'reference, repository, layout, archive, or NAMESPACE/' },
  ],
  flags: [
    {
      name: 'recursive',
      short: 'r',
      type: 'bool',
      summary: 'every repository and tag at or below the source',
    },
    ...copyFlags,
    { name: 'all-tags', type: 'bool', summary: 'every tag of the source repositories' },
    { name: 'skip-existing', type: 'bool', summary: 'leave tags alone that the destination has' },
    { ...asFlag, summary: 'take short names of sources as this kind does' },
  ],
  input: 'none',
  output: { form: 'rows', row: transferRow, bytesTo: 'dst' },
  effect: 'W',
  examples: [
    { line: 'cp ghcr.io/team/app:1.0 registry.example.com/mirror/', note: 'to mirror/app:1.0' },
    { line: 'cp ghcr.io/team/app:1.0 oci:./layout', note: 'into a layout on disk' },
    {
      line: 'cp ghcr.io/team/app registry.example.com/mirror/ --all-tags --referrers',
      note: 'a whole repository',
    },
    {
      line: 'cp ghcr.io/team/app:1.0 oci:./layout --platform linux/amd64,linux/arm64 --index rewrite',
      note: 'two platforms of an index',
    },
    { line: 'cp -r ghcr.io/team tar:team.tar --referrers', note: 'a backup of everything below team' },
    {
      line: 'cp ghcr.io/team/app:1.0 docker-archive:app.tar:team/app:1.0 --platform linux/amd64',
      note: 'for docker load',
    },
  ],
  exits: [3, 4, 5, 6, 7, 8, 10],
  since: '0.1',
  group: 'move',
}

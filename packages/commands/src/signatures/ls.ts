import { entryRow, registryRow, repoRow, tagRow, type Signature } from '@ocish/shell'
import { asFlag } from './as-flag.ts'

export const lsSignature: Signature = {
  name: 'ls',
  summary: 'list registries, repositories, tags, or what an artifact holds',
  description:
    'Without an argument: the registries you use. A host or namespace lists repositories, a repository its tags, ' +
    'an artifact its parts, and REF// the files inside, where the kind knows them.',
  params: [
    {
      name: 'location',
      type: 'location',
      optional: true,
      many: true,
      summary: 'host, namespace, repository, reference, layout or a glob over them',
    },
  ],
  flags: [
    {
      name: 'long',
      short: 'l',
      type: 'bool',
      summary: 'digest, kind, size and age too (a request or two for each tag)',
    },
    { name: 'kind', type: 'kind', summary: 'only artifacts of this kind' },
    { name: 'all', short: 'a', type: 'bool', summary: 'also the tags that stand for digests (sha256-…)' },
    asFlag,
  ],
  input: 'none',
  output: { form: 'rows', row: [registryRow, repoRow, tagRow, entryRow] },
  effect: 'R',
  examples: [
    { line: 'ls ghcr.io/team', note: 'repositories below a namespace' },
    { line: 'ls ghcr.io/team/app', note: 'tags of a repository' },
    { line: 'ls -l oci:./layout', note: 'what a layout on disk holds, with sizes' },
    { line: 'ls ghcr.io/team/app:1.0//', note: 'files inside an artifact' },
  ],
  exits: [3, 4, 5],
  since: '0.1',
  group: 'browse',
}

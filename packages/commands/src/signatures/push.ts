import type { Signature } from '@ocish/shell'
import { fileFlags } from './file-flags.ts'

export const pushSignature: Signature = {
  name: 'push',
  summary: 'push files or a folder as an artifact',
  description:
    'One file or folder that a kind recognises is packed by that kind, and push says which; --as decides. Anything ' +
    'else becomes one layer for each file, titled with its name; a folder is packed as one archive in the form that ' +
    'oras reads, without what its .ocishignore names. The same folder gives the same digest: files are dated 1970, or ' +
    'by SOURCE_DATE_EPOCH.',
  params: [
    { name: 'src', type: 'path', many: true, summary: 'files, folders, or - for standard input' },
    { name: 'ref', type: 'ref', summary: 'where to' },
  ],
  flags: [
    { name: 'as', type: 'kind', summary: 'pack as this kind; generic: as plain files' },
    { name: 'artifact-type', type: 'mediatype', summary: 'what the artifact is' },
    ...fileFlags,
    { name: 'config', type: 'path', summary: 'file that becomes the configuration' },
    { name: 'config-type', type: 'mediatype', summary: 'media type of the configuration' },
    { name: 'subject', type: 'ref', summary: 'the manifest in the same repository that this one refers to' },
    {
      name: 'compression',
      type: 'string',
      enum: ['gzip', 'zstd', 'none'],
      summary: 'how a folder is compressed; default: gzip, the one that oras unpacks',
    },
    { name: 'level', type: 'int', summary: 'how much: 1 to 9 for gzip, 1 to 19 for zstd' },
    { name: 'preserve-permissions', type: 'bool', summary: 'keep the modes of the files in a folder' },
    { name: 'tag', short: 't', type: 'string', many: true, summary: 'further tags' },
  ],
  input: 'bytes',
  output: { form: 'value', type: 'Pushed', bytesTo: 'ref' },
  effect: 'W',
  examples: [
    { line: 'push report.json ghcr.io/team/report:1', note: 'one file' },
    {
      line: 'push --type text/csv a.csv --type text/plain b.txt ghcr.io/team/data:1',
      note: 'media types by file',
    },
    { line: 'push ./site ghcr.io/team/site:1 --as generic', note: 'a folder as one archive' },
    { line: 'push config.json ghcr.io/team/job:3 --as runconfig', note: 'as a kind' },
  ],
  exits: [1, 4, 5, 6, 8, 9],
  since: '0.1',
  group: 'move',
}

import type { Flag } from '@ocish/shell'

/** What may be said of files that become the layers of an artifact. */
export const fileFlags: readonly Flag[] = [
  {
    name: 'type',
    type: 'mediatype',
    many: true,
    positional: true,
    summary: 'media type of the files after it',
  },
  { name: 'title', type: 'string', many: true, positional: true, summary: 'title of the file after it' },
  { name: 'annotation', short: 'a', type: 'keyvalue', many: true, summary: 'annotation of the manifest' },
  {
    name: 'annotation-file',
    type: 'path',
    summary: 'JSON: annotations of $manifest, $config and files by name',
  },
]

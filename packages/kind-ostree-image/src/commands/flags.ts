import type { KindParam } from '@ocish/sdk'

export const repoParam: KindParam = {
  name: 'repo',
  type: 'path',
  summary: 'The folder of an OSTree repository',
}
export const revisionParam: KindParam = {
  name: 'revision',
  type: 'string',
  summary: 'A ref, REMOTE:REF, a commit or its beginning; ^ for the parent',
}
export const imageParam: KindParam = { name: 'image', type: 'ref', summary: 'Where the image goes' }

/** Flags of every command that makes an image. */
export const imageFlags: readonly KindParam[] = [
  {
    name: 'format',
    type: 'string',
    enum: ['oci', 'docker'],
    optional: true,
    summary: 'Media types (default oci)',
  },
  {
    name: 'compression',
    type: 'string',
    enum: ['gzip', 'zstd', 'none', 'reuse'],
    optional: true,
    summary: 'Of the layers (default gzip); reuse keeps what an archive repository compressed already',
  },
  { name: 'level', type: 'int', optional: true, summary: 'Compression level: gzip 1-9, zstd 1-19' },
  {
    name: 'max-layers',
    type: 'int',
    optional: true,
    summary: 'Split the tree into at most this many layers',
  },
  { name: 'label', type: 'string', many: true, optional: true, summary: 'A label NAME=VALUE' },
  { name: 'annotation', type: 'string', many: true, optional: true, summary: 'An annotation NAME=VALUE' },
  {
    name: 'arch',
    type: 'string',
    optional: true,
    summary: 'Architecture (default: the commit says it, or the ref)',
  },
  {
    name: 'created',
    type: 'string',
    optional: true,
    summary: "Time of the image (default: SOURCE_DATE_EPOCH, else the commit's)",
  },
  { name: 'cmd', type: 'string', many: true, optional: true, summary: 'A word of the default command' },
  {
    name: 'allow-partial',
    type: 'bool',
    optional: true,
    summary: 'Try even when parts of the commit are missing',
  },
]

/** Flags of images whose layers are the tree itself. */
export const plainFlags: readonly KindParam[] = [
  ...imageFlags,
  {
    name: 'no-hardlinks',
    type: 'bool',
    optional: true,
    summary: 'Write equal files each as a file of its own',
  },
  {
    name: 'whiteouts',
    type: 'string',
    enum: ['refuse', 'drop'],
    optional: true,
    summary: 'What to do with files called .wh.* (default refuse)',
  },
  {
    name: 'etc',
    type: 'string',
    enum: ['keep', 'usr-to-etc'],
    optional: true,
    summary: 'Where /usr/etc goes (default keep)',
  },
]

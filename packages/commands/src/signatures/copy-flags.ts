import type { Flag } from '@ocish/shell'

/** How fast what moves content may be. */
export const limitRateFlag: Flag = {
  name: 'limit-rate',
  type: 'size',
  placeholder: 'SIZE',
  summary: 'bytes in a second at most, of all transfers together',
}

/** What every copy may be told. */
export const copyFlags: readonly Flag[] = [
  { name: 'referrers', type: 'bool', summary: 'with what refers to it, and to that' },
  {
    name: 'referrers-type',
    type: 'string',
    placeholder: 'TYPE',
    summary: 'of what refers to it, only these artifact types, with commas; not this one as !TYPE',
  },
  {
    name: 'platform',
    type: 'platform',
    many: true,
    placeholder: 'OS/ARCH[/V]',
    summary: 'only these entries of an index; several with commas',
  },
  {
    name: 'index',
    type: 'string',
    enum: ['rewrite', 'sparse', 'fail'],
    summary: 'what an index with other platforms becomes: a new one, itself with gaps, or an error',
  },
  { name: 'include-foreign', type: 'bool', summary: 'also layers whose content is kept elsewhere (urls)' },
  limitRateFlag,
]
